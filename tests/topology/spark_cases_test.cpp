// Every streaming program that Spark itself ran (tests/fixtures/spark/cases) runs here in simulated
// time: the rows of each micro-batch and the watermark in force must be Spark's. Of the cases that
// differing_cases.txt lists with the reason only the result is compared: the words of the failure, or all
// rows together.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

#include "actors/job.hpp"
#include "records/value_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/topology/golden_case.hpp"
#include "topology/planner.hpp"

using namespace millrace;
using namespace millrace::testing;
namespace fs = std::filesystem;

namespace {

/// Keeps the rows of each epoch as JSON lines.
class GoldenSink final : public Sink {
 public:
  GoldenSink(std::map<std::int64_t, std::vector<std::string>>* epochs, TimeZone zone)
      : style_{std::move(zone), false}, epochs_(epochs) {}
  Status open(SinkContext&) override { return {}; }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    batch.rows().for_each([&](std::uint32_t row) {
      if (batch.changes() && is_withdrawn(batch, row)) return;
      std::string line;
      append_json_row(line, batch, row, style_);
      lines_.push_back(std::move(line));
    });
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    (*epochs_)[number(epoch)] = std::exchange(lines_, {});
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }

 private:
  static bool is_withdrawn(const RecordBatch& batch, std::uint32_t row) {
    const auto change = static_cast<Change>(batch.changes()->at<std::int8_t>(row));
    return change == Change::UpdateBefore || change == Change::Delete;
  }
  const JsonStyle style_;
  std::map<std::int64_t, std::vector<std::string>>* epochs_;
  std::vector<std::string> lines_;
};

class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "millrace-golden-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~WorkFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Outcome {
  std::map<std::int64_t, std::vector<std::string>> rows;
  std::map<std::int64_t, std::int64_t> watermarks_ms;
  std::optional<std::string> failure;
};

class Runner {
 public:
  explicit Runner(const fs::path& folder) : golden_(read_golden_case(folder, work_.path())) {
    for (const auto& [name, node] : golden_.names) fs::create_directories(work_.path() / name);
    for (const auto& step : golden_.steps)
      for (const auto& file : step)
        fs::create_directories((work_.path() / file.put).parent_path());
  }

  const GoldenCase& golden() const { return golden_; }

  Outcome run() {
    std::size_t num_put = golden_.all_at_start          ? golden_.steps.size()
                          : golden_.first_step_at_start ? 1
                                                        : 0;
    for (std::size_t i = 0; i < num_put; ++i) put(golden_.steps[i]);
    auto job = start();
    if (!job) return std::move(outcome_);
    run_until_idle(*job);
    for (; num_put < golden_.steps.size(); ++num_put) {
      if (golden_.restart_before.contains(num_put)) {
        end(*job);
        job.reset();
        job = start();
        if (!job) return std::move(outcome_);
      }
      put(golden_.steps[num_put]);
      run_until_idle(*job);
    }
    end(*job);
    return std::move(outcome_);
  }

 private:
  void end(Job& job) {
    job.stop();
    run_until_idle(job);
    if (job.await_for(std::chrono::microseconds(0))) fail_with(job.await());
  }
  void fail_with(const Status& status) {
    if (!status.ok()) outcome_.failure = status.error().message;
  }

  std::unique_ptr<Job> start() {
    std::vector<SinkType> sinks(1);
    sinks[0].name = "golden";
    sinks[0].output_modes = {"append", "update", "complete"};
    sinks[0].plan = [this](const SinkRequest&) -> Result<PlannedSink> {
      return PlannedSink{"golden", [this] {
                           return std::make_unique<GoldenSink>(&outcome_.rows, zone());
                         }};
    };
    Catalog catalog = Catalog::builtin();
    catalog.names = golden_.names;
    catalog.sinks = &sinks;
    Settings settings;
    settings.time_zone = zone_name();
    settings.ansi = conf("spark.sql.ansi.enabled", "true") == "true";
    settings.max_watermark_policy =
        conf("spark.sql.streaming.multipleWatermarkPolicy", "min") == "max";
    if (golden_.available_now) settings.trigger.kind = Trigger::Kind::AvailableNow;
    Analysis analysis = analyze(golden_.outputs, catalog, settings);
    if (!analysis.ok()) return refuse(analysis.errors.front());
    Result<ExecutionPlan> plan = plan_execution(analysis.plan, settings);
    if (!plan) return refuse(plan.error());
    JobOptions options;
    options.simulated = true;
    options.trigger = settings.trigger;
    options.time_zone = settings.time_zone;
    if (!golden_.restart_before.empty())
      options.checkpoint.location = (work_.path() / "checkpoint").string();
    options.on_epoch = [this](const EpochSummary& summary) {
      ++num_epochs_;
      if (summary.watermark)
        outcome_.watermarks_ms[number(summary.epoch)] = *summary.watermark / 1000;
    };
    auto job = Job::start(std::move(*plan), std::move(options));
    if (!job) return refuse(job.error());
    return std::move(*job);
  }

  std::string conf(const std::string& key, const std::string& otherwise) const {
    const auto found = golden_.conf.find(key);
    return found == golden_.conf.end() ? otherwise : found->second;
  }
  std::string zone_name() const { return conf("spark.sql.session.timeZone", "UTC"); }
  TimeZone zone() const { return *TimeZone::find(zone_name()); }

  std::unique_ptr<Job> refuse(const Error& error) {
    outcome_.failure = error.message;
    return nullptr;
  }

  void put(const std::vector<GoldenCase::File>& files) {
    for (const auto& file : files) {
      const fs::path place = work_.path() / file.put;
      fs::copy_file(file.from, place, fs::copy_options::overwrite_existing);
      const timespec times[2] = {time_of(file), time_of(file)};
      utimensat(AT_FDCWD, place.c_str(), times, 0);
    }
  }
  /// Files put without an age get rising times, so that their order is the order they were put in.
  timespec time_of(const GoldenCase::File& file) {
    if (file.age_seconds != 0) return {1'700'000'000 - file.age_seconds, 0};
    return {1'700'000'000 + ++num_files_, 0};
  }

  /// Idle: a look at the sources found nothing, and no epoch was due for the watermark.
  void run_until_idle(Job& job) {
    std::int64_t before = -1;
    for (int looks = 0; looks < 3;) {
      while (job.step(random_)) {
      }
      looks = before == num_epochs_ ? looks + 1 : 0;
      before = num_epochs_;
      if (job.await_for(std::chrono::microseconds(0)) || !job.next_timer()) return;
    }
  }

  WorkFolder work_;
  GoldenCase golden_;
  Outcome outcome_;
  std::mt19937_64 random_{1};
  std::int64_t num_epochs_ = 0;
  std::int64_t num_files_ = 0;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

/// What differs, or nothing.
std::string difference(const GoldenCase& golden, Outcome outcome) {
  if (outcome.failure && !golden.fails) return "failed: " + *outcome.failure;
  if (!outcome.failure && golden.fails) return "Spark's query died, this one did not";
  for (const GoldenCase::MicroBatch& batch : golden.batches) {
    if (!batch.has_output) continue;
    const std::string where = "batch " + std::to_string(batch.id);
    const auto rows = outcome.rows.find(batch.id);
    if (rows == outcome.rows.end()) return where + " did not run";
    std::vector<std::string> lines = rows->second;
    if (!golden.exact_order) std::sort(lines.begin(), lines.end());
    if (lines != batch.lines)
      return where + "\n-- Spark\n" + joined(batch.lines) + "-- Millrace\n" + joined(lines);
    const auto watermark = outcome.watermarks_ms.find(batch.id);
    if (batch.watermark_ms && watermark != outcome.watermarks_ms.end() &&
        watermark->second != *batch.watermark_ms)
      return where + ": watermark " + std::to_string(watermark->second) + " ms, Spark's " +
             std::to_string(*batch.watermark_ms);
  }
  if (outcome.rows.size() > golden.batches.size() && !golden.fails)
    return "more micro-batches than Spark: " + std::to_string(outcome.rows.size());
  return "";
}

/// What differs in the end, whatever each micro-batch gave.
std::string final_difference(const GoldenCase& golden, const Outcome& outcome) {
  if (golden.fails) {
    const std::string said = outcome.failure.value_or("no failure");
    return golden.failure.find(said) == std::string::npos ? "-- Spark\n" + golden.failure +
                                                                "\n-- Millrace\n" + said
                                                          : "";
  }
  if (outcome.failure) return "failed: " + *outcome.failure;
  std::vector<std::string> spark, millrace;
  for (const GoldenCase::MicroBatch& batch : golden.batches)
    spark.insert(spark.end(), batch.lines.begin(), batch.lines.end());
  for (const auto& [epoch, lines] : outcome.rows)
    millrace.insert(millrace.end(), lines.begin(), lines.end());
  std::sort(spark.begin(), spark.end());
  std::sort(millrace.begin(), millrace.end());
  return spark == millrace ? "" : "-- Spark\n" + joined(spark) + "-- Millrace\n" + joined(millrace);
}

std::map<std::string, std::string> differing_cases() {
  std::map<std::string, std::string> out;
  std::ifstream file("tests/topology/differing_cases.txt");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) out[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return out;
}

}  // namespace

TEST_CASE("streaming programs give Spark's micro-batches") {
  const std::map<std::string, std::string> differing = differing_cases();
  const char* only = std::getenv("MILLRACE_CASE");
  int num_passed = 0, num_by_result = 0, num_failed = 0;
  for (const fs::path& folder : golden_case_folders("tests/fixtures/spark/cases")) {
    const std::string name =
        folder.parent_path().filename().string() + "/" + folder.filename().string();
    if (folder.parent_path().filename() == "console") continue;  // console_cases_test.cpp
    if (only != nullptr && name.find(only) == std::string::npos) continue;
    Runner runner(folder);
    const bool by_result = differing.contains(name);
    const std::string differs = by_result ? final_difference(runner.golden(), runner.run())
                                          : difference(runner.golden(), runner.run());
    INFO(name << ": " << differs);
    CHECK(differs.empty());
    ++(!differs.empty() ? num_failed : by_result ? num_by_result : num_passed);
  }
  std::cout << "golden cases: " << num_passed << " passed, " << num_by_result
            << " passed by their result alone, " << num_failed << " failed\n";
}
