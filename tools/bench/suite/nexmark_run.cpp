#include "tools/bench/suite/nexmark_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "actors/job.hpp"
#include "records/value_text.hpp"
#include "tools/bench/child_process.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/yaml_plan.hpp"

namespace millrace::bench {

namespace {

/// The rows of a result, by their keys.
class ResultRows {
 public:
  explicit ResultRows(std::vector<std::string> key) : key_(std::move(key)) {}

  void take(const RecordBatch& batch) {
    if (key_.empty())
      num_added_ += batch.num_rows();
    else
      batch.rows().for_each([&](std::uint32_t row) { take(batch, row); });
  }
  std::int64_t count() const { return num_added_ + std::ssize(keys_); }

 private:
  void take(const RecordBatch& batch, std::uint32_t row) {
    std::string text;
    for (const std::string& name : key_) {
      const int column = batch.schema().find(name);
      MILLRACE_CHECK(column >= 0, "a query's result has no such column");
      append_text(text, batch.column(static_cast<std::size_t>(column)), row, {});
      text += '\n';
    }
    keys_.insert(std::move(text));
  }

  const std::vector<std::string> key_;
  std::unordered_set<std::string> keys_;
  std::int64_t num_added_ = 0;
};

std::string text_of(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::string nexmark_file(const std::string& query) {
  return std::string(NEXMARK_FOLDER) + "/" + query + ".yaml";
}

void prepare_nexmark(const Scratch& scratch, std::int64_t num_events) {
  std::filesystem::create_directory(scratch.path() / "side");
  std::string text = "key,value\n";
  for (int i = 0; i < 10'000; ++i) text += fmt::format("{},{}\n", i, i);
  scratch.write("side/side.csv", text);
  setenv("NEXMARK_SIDE", (scratch.path() / "side").c_str(), 1);
  setenv("NEXMARK_OUT", (scratch.path() / "bids").c_str(), 1);
  setenv("NEXMARK_EVENTS", std::to_string(num_events).c_str(), 1);
}

std::optional<double> nexmark_seconds(const std::string& query, std::int64_t num_events,
                                      const SuiteOptions& options) {
  const Scratch scratch;
  prepare_nexmark(scratch, num_events);
  ChildProcess engine({options.programs + "/millrace", "run", nexmark_file(query), "--threads", "1",
                       "--progress", "off", "--log-level", "error"},
                      1, false);
  rusage used{};
  if (engine.wait(&used) != 0) return std::nullopt;
  return cpu_seconds(used);
}

std::int64_t nexmark_rows(const std::string& query, std::int64_t num_events,
                          const std::vector<std::string>& key) {
  const Scratch scratch;
  prepare_nexmark(scratch, num_events);
  ResultRows rows(key);
  JobOptions options;
  options.trigger = kContinuous;
  options.threads = 1;
  auto job = Job::start(plan_of(
                            text_of(nexmark_file(query)), nullptr,
                            [&] {
                              return make_timing_sink([&](const RecordBatch& batch, std::int64_t) {
                                rows.take(batch);
                              });
                            }),
                        options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
  return rows.count();
}

}  // namespace millrace::bench
