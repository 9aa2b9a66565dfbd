#include "case_run.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#include "actors/job.hpp"
#include "prepared_topology.hpp"
#include "records/edit_distance.hpp"
#include "records/formats/format.hpp"
#include "sinks/memory_table.hpp"
#include "sources/memory_stream.hpp"
#include "sources/schema_inference.hpp"
#include "topology/planner.hpp"

namespace millrace::cli {
namespace {

constexpr int kMaxSteps = 10'000'000;
// Names that no topology can use.
const std::string kPrefix = "\x01test/";

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

Error unknown_name(const std::string& what, const std::string& name,
                   const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  return make_error(ErrorKind::Config,
                    what + " '" + name + "'" +
                        (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

/// A field of the lines that no column has would be NULL in silence.
Status check_fields(const std::string& where, const Schema& schema, const std::string& text) {
  JsonSchemaInference fields;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) fields.add(line);
  std::vector<std::string> columns;
  for (const Field& field : schema.fields) columns.push_back(field.name);
  for (const Field& field : fields.schema().fields) {
    const auto is_it = [&](const std::string& name) { return equal_ignoring_case(name, field.name); };
    if (std::any_of(columns.begin(), columns.end(), is_it)) continue;
    return unknown_name(where + " has no column", field.name, columns);
  }
  return {};
}

/// JSON lines as a batch of the schema.
Result<RecordBatch> decode(RecordPool& pool, const SchemaPtr& schema, std::string text) {
  FormatSettings settings;
  settings.options.set("mode", "FAILFAST");
  auto decoder = make_decoder("json", schema, settings);
  if (!decoder) return std::move(decoder.error());
  RecordBatch batch = pool.make_batch(schema);
  const std::size_t size = text.size();
  text.resize(size + kDecodePadding);
  auto used = (*decoder)->decode({text.data(), size}, true, size + 1, batch, ColumnRef());
  if (!used) return std::move(used.error());
  return batch;
}

/// Each row as JSON with its NULLs.
std::vector<std::string> lines_of(const RecordBatch& batch) {
  FormatSettings settings;
  settings.options.set("ignoreNullFields", "false");
  auto encoder = make_encoder("json", batch.schema_ptr(), settings);
  std::string text;
  if (encoder) (*encoder)->encode(batch, text);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// A name of the topology and the node at the bottom of its definition.
struct Definition {
  std::string name;
  const plan::Node* below = nullptr;
  std::size_t depth = 0;
};

/// The sources stand before what reads them.
std::vector<Definition> definitions(const std::map<std::string, plan::NodePtr, NameLess>& views) {
  std::vector<Definition> all;
  for (const auto& [name, node] : views) {
    Definition definition{name, node.get(), 0};
    for (; !definition.below->inputs.empty(); ++definition.depth)
      definition.below = definition.below->inputs.front().get();
    all.push_back(std::move(definition));
  }
  std::stable_sort(all.begin(), all.end(), [](const Definition& a, const Definition& b) {
    return a.depth < b.depth;
  });
  return all;
}

/// The plan with other nodes in place of some; a node with several parents stays one node.
class Replacement {
 public:
  std::map<const plan::Node*, plan::NodePtr> nodes;

  plan::NodePtr apply(const plan::NodePtr& node) {
    if (const auto known = nodes.find(node.get()); known != nodes.end()) return known->second;
    auto copy = std::make_shared<plan::Node>(*node);
    for (plan::NodePtr& input : copy->inputs) input = apply(input);
    return nodes[node.get()] = std::move(copy);
  }
};

/// One case under way.
class CaseRun {
 public:
  CaseRun(LoadedTopology loaded, const TopologyCase& one)
      : loaded_(std::move(loaded)), case_(one), pool_(RecordPool::create()) {}
  ~CaseRun() {
    for (const auto& [name, stream] : streams_) withdraw_memory_stream(kPrefix + name);
    for (const auto& output : loaded_.outputs) withdraw_memory_table(output.name);
  }

  Status run() {
    if (Status status = replace_sources(); !status) return status;
    replace_sinks();
    if (Status status = start(); !status) return status;
    std::size_t num_batches = 1;
    for (const auto& [name, batches] : case_.input) num_batches = std::max(num_batches, batches.size());
    for (std::size_t i = 0; i < num_batches && !job_ended(); ++i) {
      if (Status status = feed(i); !status) return status;
      run_until_idle();
    }
    job_->stop();
    run_until([] { return false; });
    if (!job_ended()) return make_error(ErrorKind::QueryFailed, "the job does not come to an end");
    return job_->await();
  }

  Status compare(std::vector<std::string>& differences) {
    for (const auto& [sink, text] : case_.expected)
      if (Status status = compare_sink(sink, text, differences); !status) return status;
    return {};
  }

 private:
  Catalog catalog() const {
    Catalog catalog = Catalog::builtin();
    catalog.names = loaded_.views;
    return catalog;
  }

  Status replace_sources() {
    Replacement replacement;
    const Catalog known = catalog();
    std::set<std::string, NameLess> left;
    for (const auto& [name, batches] : case_.input) left.insert(name);
    for (const auto& [name, below, depth] : definitions(loaded_.views)) {
      const auto* read = std::get_if<plan::Read>(&below->kind);
      const bool is_source = read && !read->format.empty() && !replacement.nodes.contains(below);
      if (!is_source || (!read->streaming && !left.contains(name))) continue;
      left.erase(name);
      auto schema = schema_of(std::make_shared<plan::Node>(*below), known, loaded_.settings);
      if (!schema) return std::move(schema.error());
      replacement.nodes[below] = stream_for(name, std::move(*schema), *below);
    }
    if (!left.empty())
      return unknown_name("the topology has no source", *left.begin(), keys_of(streams_));
    for (auto& [name, node] : loaded_.views) node = replacement.apply(node);
    for (auto& output : loaded_.outputs) output.input = replacement.apply(output.input);
    return {};
  }

  plan::NodePtr stream_for(const std::string& name, Schema schema, const plan::Node& node) {
    auto stream = std::make_shared<MemoryStream>(std::move(schema));
    publish_memory_stream(kPrefix + name, stream);
    plan::Read read;
    read.format = "memory";
    read.options.set("stream", kPrefix + name);
    read.streaming = std::get<plan::Read>(node.kind).streaming;
    if (!read.streaming) static_.push_back(name);
    streams_[name] = std::move(stream);
    return plan::make_node(std::move(read), {}, node.origin);
  }

  void replace_sinks() {
    for (plan::WriteStream& output : loaded_.outputs) {
      sink_names_[case_name(output)] = kPrefix + case_name(output);
      output.name = kPrefix + case_name(output);
      output.format = "memory";
      output.options = Options();
      output.partition_by.clear();
    }
  }
  // The only memory sink of a file is named like the job.
  std::string case_name(const plan::WriteStream& output) const {
    if (output.name != loaded_.name || case_.expected.contains(output.name)) return output.name;
    return loaded_.outputs.size() == 1 && case_.expected.size() == 1 ? case_.expected.begin()->first
                                                                     : output.name;
  }

  Status start() {
    // What is static is read before the first micro-batch.
    for (const std::string& name : static_) {
      if (Status status = add_rows(name, 0); !status) return status;
      streams_[name]->end();
    }
    loaded_.settings.trigger = Trigger();
    Analysis analysis = analyze(loaded_.outputs, catalog(), loaded_.settings);
    if (!analysis.ok()) return std::move(analysis.errors.front());
    auto plan = plan_execution(analysis.plan, loaded_.settings);
    if (!plan) return std::move(plan.error());
    JobOptions options;
    options.simulated = true;
    options.time_zone = loaded_.settings.time_zone;
    options.on_action = [this](const CoordinatorAction& action) {
      if (std::holds_alternative<AskLatestOffsets>(action)) ++num_triggers_;
      if (std::holds_alternative<SkipTrigger>(action)) last_idle_ = num_triggers_;
    };
    auto job = Job::start(std::move(*plan), std::move(options));
    if (!job) return std::move(job.error());
    job_ = std::move(*job);
    return {};
  }

  Status feed(std::size_t batch) {
    for (const auto& [name, stream] : streams_) {
      const bool is_static = std::find(static_.begin(), static_.end(), name) != static_.end();
      if (is_static) continue;
      if (Status status = add_rows(name, batch); !status) return status;
    }
    return {};
  }

  Status add_rows(const std::string& name, std::size_t batch) {
    const auto given = case_.input.find(name);
    if (given == case_.input.end() || batch >= given->second.size()) return {};
    const SchemaPtr schema = streams_[name]->schema();
    if (Status known = check_fields(name, *schema, given->second[batch]); !known) return known;
    auto rows = decode(*pool_, schema, given->second[batch]);
    if (!rows) return std::move(rows.error());
    if (rows->num_rows() > 0) streams_[name]->add_batch(*rows);
    return {};
  }

  bool job_ended() const { return job_->await_for(std::chrono::microseconds(0)); }

  void run_until_idle() {
    const std::int64_t begun = num_triggers_;
    run_until([&] { return last_idle_ > begun; });
  }

  template <class Reached>
  void run_until(const Reached& reached) {
    for (int step = 0; step < kMaxSteps && !job_ended() && !reached(); ++step)
      if (!job_->step(random_) && !job_->next_timer()) return;
  }

  Status compare_sink(const std::string& sink, const std::string& text,
                      std::vector<std::string>& differences) {
    const auto named = sink_names_.find(sink);
    const auto table = named == sink_names_.end() ? nullptr : find_memory_table(named->second);
    if (!table) return unknown_name("the topology has no sink", sink, keys_of(sink_names_));
    if (Status known = check_fields(sink, *table->schema(), text); !known) return known;
    auto rows = decode(*pool_, table->schema(), text);
    if (!rows) return std::move(rows.error());
    std::multiset<std::string> missing;
    for (std::string& line : lines_of(*rows)) missing.insert(std::move(line));
    std::vector<std::string> unexpected;
    for (const RecordBatch& batch : table->snapshot())
      for (const std::string& line : lines_of(batch))
        if (const auto found = missing.find(line); found != missing.end()) missing.erase(found);
        else unexpected.push_back(line);
    for (const std::string& line : missing) differences.push_back(sink + ": missing " + line);
    for (const std::string& line : unexpected) differences.push_back(sink + ": unexpected " + line);
    return {};
  }

  LoadedTopology loaded_;
  const TopologyCase& case_;
  RecordPool::Owner pool_;
  std::map<std::string, std::shared_ptr<MemoryStream>> streams_;
  std::vector<std::string> static_;
  std::map<std::string, std::string> sink_names_;  // as in the case, and the table's
  std::mt19937_64 random_{0};
  std::int64_t num_triggers_ = 0;
  std::int64_t last_idle_ = 0;
  std::unique_ptr<Job> job_;
};

}  // namespace

CaseResult run_case(const std::string& topology, const TopologyCase& one) {
  CaseResult result{one.name, "", {}};
  auto loaded = load_file({topology});
  if (!loaded) {
    result.error = loaded.error().message;
  } else if (!loaded->ok()) {
    result.error = loaded->errors.front().message;
  } else {
    CaseRun run(std::move(*loaded), one);
    Status status = run.run();
    if (status) status = run.compare(result.differences);
    if (!status) result.error = status.error().message;
  }
  return result;
}

}  // namespace millrace::cli
