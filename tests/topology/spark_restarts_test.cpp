// What may change between two runs of a query on one checkpoint: the programs that Spark was given
// (tests/fixtures/spark/errors.jsonl, topic restart), each run to its end and then started again as
// the other one.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>

#include "actors/job.hpp"
#include "tests/support/catch.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/planner.hpp"

using namespace millrace;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Where Millrace decides otherwise than Spark, by the second program.
const std::map<std::string, std::string> kDifferences{
    {"ev.union(ev)", "one stream used twice is one source"},
    {"ev.union(ev) -> ev", "one stream used twice is one source"},
};

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "millrace-restarts-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    fs::create_directory(path_ / "in");
    std::ofstream(path_ / "in" / "0.json") << R"({"ts":"2024-01-01T00:00:01Z","k":"a","v":1})" "\n";
  }
  ~Folder() { fs::remove_all(path_); }
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

plan::NodePtr table(const std::string& name) {
  plan::Read read;
  read.table = name;
  return plan::make_node(std::move(read), {});
}

plan::NodePtr node_of(const std::string& frame) {
  static const std::regex kDistinct(R"(ev\.dropDuplicates\(\['(\w)'\]\))");
  static const std::map<std::string, std::string> kQueries{
      {"ev", "SELECT * FROM ev"},
      {"ev.select('k')", "SELECT k FROM ev"},
      {"ev.union(ev)", "SELECT * FROM ev UNION ALL SELECT * FROM ev"},
      {"ev.groupBy('k').count()", "SELECT k, count(*) AS count FROM ev GROUP BY k"},
      {"ev.groupBy('v').count()", "SELECT v, count(*) AS count FROM ev GROUP BY v"},
      {"ev.groupBy('k').agg(count('*'), sum('v'))", "SELECT k, count(*), sum(v) FROM ev GROUP BY k"},
      {"ev.where('v > 0').groupBy('k').count()",
       "SELECT k, count(*) AS count FROM ev WHERE v > 0 GROUP BY k"},
      {"wm.groupBy(window('ts', '10 seconds')).count()",
       "SELECT window, count(*) AS count FROM wm GROUP BY window(ts, '10 seconds')"},
      {"wm.groupBy(window('ts', '20 seconds')).count()",
       "SELECT window, count(*) AS count FROM wm GROUP BY window(ts, '20 seconds')"},
  };
  std::smatch match;
  if (std::regex_match(frame, match, kDistinct))
    return plan::make_node(plan::Deduplicate{{match[1]}, false}, {table("ev")});
  return plan::make_node(plan::SqlQuery{kQueries.at(frame)}, {});
}

ExecutionPlan plan_of(const Folder& folder, const std::string& frame, const std::string& mode) {
  Catalog catalog = Catalog::builtin();
  plan::Read read;
  read.format = "json";
  read.schema = "ts TIMESTAMP, k STRING, v INT";
  read.paths = {folder / "in"};
  catalog.names["ev"] = plan::make_node(std::move(read), {});
  catalog.names["wm"] =
      plan::make_node(plan::WithWatermark{"ts", "10 seconds", ""}, {table("ev")});
  plan::WriteStream write;
  write.input = node_of(frame);
  write.name = "out";
  write.format = "noop";
  write.output_mode = mode;
  Settings settings;
  settings.trigger.kind = Trigger::Kind::AvailableNow;
  Analysis analysis = analyze({write}, catalog, settings);
  REQUIRE(analysis.ok());
  auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());
  return std::move(*plan);
}

/// Starts the query on the folder's checkpoint and runs it to its end; what it says when it cannot.
Status run(const Folder& folder, const std::string& frame, const std::string& mode) {
  JobOptions options;
  options.simulated = true;
  options.trigger.kind = Trigger::Kind::AvailableNow;
  options.checkpoint.location = folder / "checkpoint";
  auto job = Job::start(plan_of(folder, frame, mode), std::move(options));
  if (!job) return job.error();
  std::mt19937_64 random(1);
  while (!(*job)->await_for(std::chrono::microseconds(0)) &&
         ((*job)->step(random) || (*job)->next_timer())) {
  }
  return (*job)->await();
}

}  // namespace

TEST_CASE("a query may change between two runs where Spark's may") {
  std::ifstream file("tests/fixtures/spark/errors.jsonl");
  const std::regex call(R"~(restart\("([^"]*)", "([^"]*)"(?:, '(\w+)')?\))~");
  int num_programs = 0;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    const std::string code = line["code"];
    std::smatch match;
    if (line["topic"] != "restart" || !std::regex_match(code, match, call)) continue;
    INFO(code);
    ++num_programs;
    const std::string mode = match[3].matched ? match[3].str() : "append";
    const Folder folder;
    REQUIRE(run(folder, match[1], mode).ok());

    const Status second = run(folder, match[2], mode);

    INFO((second.ok() ? std::string("accepted") : second.error().message));
    const bool differs = kDifferences.count(match[2]) > 0 ||
                         kDifferences.count(match[1].str() + " -> " + match[2].str()) > 0;
    CHECK(second.ok() == (line["accepted"].get<bool>() != differs));
  }
  CHECK(num_programs == 9);
}
