#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bounded_copy.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "final_tables.hpp"
#include "records/option_value.hpp"
#include "spark_run.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownRows = 10;

struct Flags {
  TopologyRequest topology;
  std::int64_t rows = 0;
  std::vector<std::string> inputs;
  std::string engine = "millrace";
  std::string master = "local[1]";
};

/// One way to run the copy.
struct Mode {
  std::string name;
  std::string trigger;
  int parallelism = 1;
  bool bounded = false;
};

/// The first is what the others are compared with.
const std::vector<Mode> kModes{{"micro-batches, 1 subtask", "availableNow", 1},
                               {"micro-batches, 3 subtasks", "availableNow", 3},
                               {"continuous, 1 subtask", "continuous 10 ms", 1},
                               {"continuous, 3 subtasks", "continuous 10 ms", 3},
                               {"at once, as tables", "availableNow", 1, true}};

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "millrace-equiv-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<BoundedInput> read_inputs(const Flags& flags) {
  BoundedInput input;
  input.rows = flags.rows;
  for (const std::string& text : flags.inputs) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return make_error(ErrorKind::Usage, "--input: not a source and a file: '" + text + "'",
                        "write --input SOURCE=FILE");
    input.files[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return input;
}

using Lines = std::vector<std::string>;

void print_rows(const std::string& title, const Lines& rows) {
  std::cout << "  " << title << ": " << rows.size() << (rows.size() == 1 ? " row\n" : " rows\n");
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
    std::cout << "    " << rows[i] << "\n";
  if (rows.size() > kShownRows) std::cout << "    ...\n";
}

Lines without(const Lines& rows, const Lines& others) {
  Lines left;
  std::set_difference(rows.begin(), rows.end(), others.begin(), others.end(),
                      std::back_inserter(left));
  return left;
}

/// Compares runs of one topology with its first one.
class Comparison {
 public:
  Comparison(const Flags& flags, BoundedCopy copy, std::string folder)
      : flags_(flags), copy_(std::move(copy)), folder_(std::move(folder)) {}

  int run() {
    const auto reference = run_mode(kModes.front());
    if (!reference) return fail(reference.error().kind, reference.error().message, reference.error().fix);
    reference_ = *reference;
    for (const auto& [sink, rows] : reference_.tables)
      std::cout << kModes.front().name << ": " << sink << " has " << rows.size() << " rows\n";
    for (std::size_t i = 1; i < kModes.size(); ++i)
      if (!kModes[i].bounded || copy_.all_files) compare(kModes[i], run_mode(kModes[i]));
    if (flags_.engine == "spark")
      if (const int code = compare_with_spark(); code != 0) return code;
    return conclude();
  }

  /// Writes sinks in update mode as whole tables, where that is legal: an update stream has no end result.
  void write_whole_tables(const LoadedTopology& loaded) {
    for (const plan::WriteStream& sink : loaded.outputs) {
      modes_[sink.name] = sink.output_mode;
      if (const auto* name = std::get_if<plan::SubqueryAlias>(&sink.input->kind))
        inputs_[sink.name] = name->name;
      if (lower_trimmed(sink.output_mode) != "update") continue;
      for (const char* mode : {"complete", "append"}) {
        copy_.overrides.push_back("sinks." + sink.name + ".outputMode=" + mode);
        modes_[sink.name] = mode;
        if (run_mode(kModes.front())) break;
        copy_.overrides.pop_back();
        modes_[sink.name] = sink.output_mode;
      }
    }
  }

 private:
  TopologyRequest request(const Mode& mode) const {
    TopologyRequest request = flags_.topology;
    request.overrides.insert(request.overrides.end(), copy_.overrides.begin(),
                             copy_.overrides.end());
    request.overrides.push_back("settings.parallelism=" + std::to_string(mode.parallelism));
    request.trigger = mode.trigger;
    if (mode.bounded)
      for (const std::string& name : copy_.file_sources)
        request.overrides.push_back("sources." + name + ".static=true");
    return request;
  }

  Result<TableRun> run_mode(const Mode& mode) const { return run_to_tables(request(mode)); }

  void compare(const Mode& mode, const Result<TableRun>& run) {
    if (!run) {
      std::cout << mode.name << ": not run: " << run.error().message << "\n";
      is_different_ = is_different_ || !mode.bounded;
      return;
    }
    num_late_rows_ = std::max({num_late_rows_, run->num_late_rows, reference_.num_late_rows});
    compare_tables(mode.name, run->tables, mode.bounded);
  }

  void compare_tables(const std::string& name, const FinalTables& tables, bool at_once) {
    for (const auto& [sink, rows] : tables) {
      const Lines missing = without(reference_.tables.at(sink), rows);
      const Lines more = without(rows, reference_.tables.at(sink));
      // What a stream holds back until its watermark comes, a table gives at its end.
      const bool may_have_more = at_once && modes_[sink] != "complete";
      if (missing.empty() && (more.empty() || may_have_more)) {
        const std::string open = fmt::format(", and {} not final on a stream", more.size());
        std::cout << name << ": " << sink << " is equal" << (more.empty() ? "" : open) << "\n";
        continue;
      }
      is_different_ = true;
      std::cout << name << ": " << sink << " differs\n";
      print_rows("only in " + kModes.front().name, missing);
      print_rows("only in " + name, more);
    }
  }

  int compare_with_spark() {
    SparkRun spark;
    spark.topology = request(kModes.front());
    spark.master = flags_.master;
    spark.progress = ProgressMode::Off;
    spark.log_level = "off";
    for (const auto& [sink, rows] : reference_.tables) {
      fs::create_directories(folder_ + "/spark/" + sink);
      spark.topology.overrides.push_back(
          "sinks." + sink + "={from: " + inputs_.at(sink) + ", type: foreachBatch, command: 'cat > " +
          folder_ + "/spark/" + sink + "/$MILLRACE_EPOCH', ignoreNullFields: false, outputMode: " +
          (modes_[sink].empty() ? "append" : modes_[sink]) + "}");
    }
    if (const int code = run_on_spark(spark); code != 0) return code;
    FinalTables tables;
    for (const auto& [sink, rows] : reference_.tables) tables[sink] = read_spark_table(sink);
    compare_tables("Spark", tables, false);
    return 0;
  }

  Lines read_spark_table(const std::string& sink) {
    std::map<std::int64_t, Lines> epochs;
    for (const auto& entry : fs::directory_iterator(folder_ + "/spark/" + sink)) {
      Lines& rows = epochs[std::stoll(entry.path().filename().string())];
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) rows.push_back(line);
    }
    return final_rows(epochs, modes_[sink]);
  }

  int conclude() const {
    if (num_late_rows_ > 0)
      std::cout << "rows later than their watermark allows: " << num_late_rows_
                << "; which of them count depends on when they arrive\n";
    std::cout << (is_different_ ? "the runs differ\n" : "all runs come to the same tables\n");
    return finish(is_different_ ? 1 : 0);
  }

  const Flags& flags_;
  BoundedCopy copy_;
  const std::string folder_;
  std::map<std::string, std::string> inputs_;  // what each sink reads
  std::map<std::string, std::string> modes_;   // output mode of each sink in the copy
  TableRun reference_;
  std::int64_t num_late_rows_ = 0;
  bool is_different_ = false;
};

int equiv(const Flags& flags) {
  if (flags.engine != "millrace" && flags.engine != "spark")
    return fail(ErrorKind::Usage, "--engine: no such engine: '" + flags.engine + "'",
                "write `--engine spark`, or leave it out");
  const auto prepared = prepare(flags.topology);
  if (!prepared)
    return fail(prepared.error().kind, prepared.error().message, prepared.error().fix);
  if (!prepared->errors.empty()) {
    print_errors(*prepared);
    return finish(topology_exit_code(prepared->errors));
  }
  const auto input = read_inputs(flags);
  if (!input) return fail(input.error().kind, input.error().message, input.error().fix);
  const ScratchFolder folder;
  if (folder.path().empty())
    return fail(ErrorKind::CannotCreate, "equiv: no folder for the copies of inputs",
                "let TMPDIR name a folder that you may write to");
  auto copy = bounded_copy(prepared->loaded, *input, folder.path());
  if (!copy) return fail(copy.error().kind, copy.error().message, copy.error().fix);
  Comparison comparison(flags, std::move(*copy), folder.path());
  comparison.write_whole_tables(prepared->loaded);
  return comparison.run();
}

}  // namespace

void add_equiv(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand(
      "equiv", "Run a bounded copy of a topology in every mode and compare the results.");
  command->add_option("file", flags->topology.file, "Topology file.")->required();
  command->add_option("--set", flags->topology.overrides, "Override a value: path=value.")
      ->allow_extra_args(false);
  command->add_option("--rows", flags->rows, "Rows that each rate source gives.")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--input", flags->inputs,
                      "SOURCE=FILE: recorded rows in place of a source without end. Repeatable.")
      ->allow_extra_args(false);
  command->add_option("--engine", flags->engine, "`spark`: run it by Spark as well.");
  command->add_option("--master", flags->master, "Spark: the cluster; by default local[1].");
  command->callback([=] { choose([flags] { return equiv(*flags); }); });
}

}  // namespace millrace::cli
