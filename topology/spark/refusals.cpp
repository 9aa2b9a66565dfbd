#include "topology/spark/refusals.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "records/option_value.hpp"
#include "topology/option_registry.hpp"
#include "topology/spark/column_text.hpp"
#include "topology/sql/sql_plan.hpp"

namespace millrace::spark {
namespace {

struct Refusal {
  std::string_view name;
  std::string_view reason;
  std::string_view fix;
};

// Sources, sinks and options that Spark has no counterpart of.
constexpr std::array<Refusal, 2> kSources{{
    {"nexmark", "Spark has no source of NEXMark events",
     "write the events to files with Millrace, and read those"},
    {"memory", "a memory stream is filled by the C++ program that owns it",
     "read files, or a Kafka topic"},
}};
constexpr std::array<Refusal, 3> kSourceOptions{{
    {"listen", "the socket source of Spark connects, it does not listen",
     "let the clients write to a Kafka topic, and read that"},
    {"codec", "the socket source of Spark reads lines only", "write one record a line"},
    {"reconnect", "the socket source of Spark does not connect again",
     "leave it out, or read a Kafka topic"},
}};
constexpr std::array<Refusal, 5> kKafkaOptions{{
    {"kafka.sasl.username", "the Kafka client of Spark takes no user and password",
     "write kafka.sasl.jaas.config, which both engines read"},
    {"kafka.sasl.password", "the Kafka client of Spark takes no user and password",
     "write kafka.sasl.jaas.config, which both engines read"},
    {"kafka.ssl.ca.location", "an option of librdkafka",
     "for Spark write kafka.ssl.truststore.location and kafka.ssl.truststore.type: PEM"},
    {"kafka.ssl.certificate.location", "an option of librdkafka",
     "for Spark write kafka.ssl.keystore.location and kafka.ssl.keystore.type: PEM"},
    {"kafka.ssl.key.location", "an option of librdkafka",
     "for Spark write kafka.ssl.keystore.location and kafka.ssl.keystore.type: PEM"},
}};
constexpr std::array<Refusal, 2> kFunctions{{
    {"xgboost_score", "Spark has no such function", "score in foreachBatch, with a pandas UDF"},
    {"xgboost_contributions", "Spark has no such function",
     "compute them in foreachBatch, with a pandas UDF"},
}};

template <std::size_t Size>
const Refusal* find(const std::array<Refusal, Size>& refusals, std::string_view name) {
  const auto* found = std::find_if(refusals.begin(), refusals.end(), [&](const Refusal& known) {
    return lower_trimmed(known.name) == lower_trimmed(name);
  });
  return found == refusals.end() ? nullptr : found;
}

/// The expressions that stand in a node itself.
struct ExpressionsOf {
  using List = std::vector<ExpressionPtr>;
  List operator()(const plan::Project& node) const { return node.expressions; }
  List operator()(const plan::Filter& node) const { return {node.condition}; }
  List operator()(const plan::Sort& node) const { return node.orders; }
  List operator()(const plan::WithColumns& node) const {
    List list;
    for (const auto& column : node.columns) list.push_back(column.second);
    return list;
  }
  List operator()(const plan::Aggregate& node) const {
    List list = node.grouping;
    list.insert(list.end(), node.aggregates.begin(), node.aggregates.end());
    return list;
  }
  List operator()(const plan::Join& node) const {
    return node.condition ? List{node.condition} : List{};
  }
  template <class Other>
  List operator()(const Other&) const {
    return {};
  }
};

/// Walks over the plan of all outputs. One method for each kind of thing that may be refused.
class RefusalSearch {
 public:
  void visit_output(const plan::WriteStream& sink) {
    const Origin& origin = sink.origin;
    if (sink.format == "socket")
      fail("sink '" + sink.name + "': Spark has no socket sink", origin,
           "write to a Kafka topic, or give the rows to a program with foreachBatch");
    if (sink.late_records)
      fail("sink '" + sink.name + "': Spark drops late rows, and only counts them", origin,
           "leave `lateRecords` out");
    else if (is_dead_letters(*sink.input))
      fail("sink '" + sink.name + "': Spark has no dead letters", origin,
           "add _corrupt_record STRING to the schema, and filter for it");
    check_policy(sink.options);
    visit(sink.input);
  }

  std::vector<Error> take() { return std::move(errors_); }

 private:
  static bool is_dead_letters(const plan::Node& node) {
    const auto* read = std::get_if<plan::Read>(&node.kind);
    return read && read->format == plan::kDeadLetters;
  }

  void fail(const std::string& message, const Origin& origin, std::string fix) {
    Error error = make_error(ErrorKind::Config, "spark: " + message, std::move(fix));
    error.origin = origin;
    errors_.push_back(std::move(error));
  }
  void fail(const std::string& what, const Refusal& refusal, const Origin& origin) {
    fail(what + ": " + std::string(refusal.reason), origin, std::string(refusal.fix));
  }

  void visit(const plan::NodePtr& node) {
    if (!node || !seen_.insert(node.get()).second) return;
    check_policy(node->options);
    if (const auto* read = std::get_if<plan::Read>(&node->kind)) check_read(*read, *node);
    if (std::holds_alternative<plan::TransformWithState>(node->kind))
      fail("transformWithState: Spark does not load a processor written in C++", node->origin,
           "write it in Python, for transformWithState of the exported program");
    if (const auto* query = std::get_if<plan::SqlQuery>(&node->kind)) check_query(*query, *node);
    check_functions(*node, node->origin);
    for (const plan::NodePtr& input : node->inputs) visit(input);
  }

  void check_policy(const Options& options) {
    const OptionText* policy = options.find("onError");
    if (policy && lower_trimmed(policy->value) != "fail")
      fail("onError: Spark ends the query when an expression fails", policy->origin,
           "use try_divide, try_cast and their like, which give NULL");
  }

  void check_read(const plan::Read& read, const plan::Node& node) {
    if (const Refusal* refusal = find(kSources, read.format))
      fail("source of type " + read.format, *refusal, node.origin);
    const OptionText* policy = read.options.find("badRecords");
    if (policy && lower_trimmed(policy->value) == "deadletter")
      fail("badRecords: Spark has no dead letters", policy->origin,
           "add _corrupt_record STRING to the schema, and filter for it");
    for (const auto& [name, option] : read.options.entries()) check_option(read, name, option);
  }

  void check_option(const plan::Read& read, const std::string& name, const OptionText& option) {
    const bool is_off = lower_trimmed(option.value) == "false" || lower_trimmed(option.value) == "lines";
    const Refusal* refusal = read.format == "socket" && !is_off ? find(kSourceOptions, name) : nullptr;
    if (!refusal && read.format == "kafka") refusal = find(kKafkaOptions, name);
    if (refusal) fail(name, *refusal, option.origin);
    if (read.format == "socket" && lower_trimmed(name) == "format" &&
        lower_trimmed(option.value) != "text")
      fail("format: the socket source of Spark gives lines of text", option.origin,
           "leave it out, and use from_json(value, ...) or from_csv(value, ...)");
  }

  void check_query(const plan::SqlQuery& query, const plan::Node& node) {
    const auto planned = plan_sql(query.text, [](std::string_view) { return false; });
    if (!planned) return;
    check_functions_below(**planned, node.origin);
  }

  void check_functions_below(const plan::Node& node, const Origin& query) {
    check_functions(node, query);
    for (const plan::NodePtr& input : node.inputs) check_functions_below(*input, query);
  }

  void check_functions(const plan::Node& node, const Origin& origin) {
    for (const ExpressionPtr& expression : std::visit(ExpressionsOf{}, node.kind))
      for (const std::string& name : functions_in(*expression))
        if (const Refusal* refusal = find(kFunctions, name)) fail(name, *refusal, origin);
  }

  std::set<const plan::Node*> seen_;
  std::vector<Error> errors_;
};

/// What Spark's own rules say: as with `sparkStrict`, but continuous jobs become micro-batches.
std::vector<Error> errors_of_analysis(const LoadedTopology& loaded) {
  Settings settings = loaded.settings;
  settings.spark_strict = true;
  if (settings.trigger.is_continuous()) settings.trigger = Trigger{};
  settings.real_time = false;
  Catalog catalog = Catalog::builtin();
  catalog.names = loaded.views;
  std::vector<Error> errors = analyze(loaded.outputs, catalog, settings).errors;
  for (Error& error : errors)
    if (error.fix.find("sparkStrict") != std::string::npos)
      error.fix = "leave this job with Millrace, or aggregate by a time window instead";
  return errors;
}

}  // namespace

std::vector<Error> find_refusals(const LoadedTopology& loaded) {
  RefusalSearch search;
  for (const plan::WriteStream& sink : loaded.outputs) search.visit_output(sink);
  std::vector<Error> errors = search.take();
  for (Error& error : errors_of_analysis(loaded)) {
    const bool is_known = std::any_of(errors.begin(), errors.end(), [&](const Error& known) {
      return known.message == error.message;
    });
    if (!is_known) errors.push_back(std::move(error));
  }
  for (Error& error : errors) error = loaded.located(std::move(error));
  return errors;
}

}  // namespace millrace::spark
