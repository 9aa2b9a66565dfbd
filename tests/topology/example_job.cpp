#include "tests/topology/example_job.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "records/value_text.hpp"
#include "sinks/visible_change.hpp"
#include "tests/support/catch.hpp"
#include "topology/planner.hpp"

namespace millrace::testing {
namespace {

/// An epoch may pass without rows while more come: file sources look again after a while.
constexpr int kIdleTimers = 8;

/// Writes rows as JSON lines into a map.
class RowSink final : public Sink {
 public:
  explicit RowSink(std::map<std::int64_t, std::vector<std::string>>* epochs) : epochs_(epochs) {}

  Status open(SinkContext&) override { return {}; }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    for_each_visible(batch, [&](std::uint32_t row) {
      std::string line;
      append_json_row(line, batch, row, JsonStyle{TimeZone{}, false});
      rows_.push_back(std::move(line));
    });
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    auto& rows = (*epochs_)[number(epoch)];
    for (std::string& row : std::exchange(rows_, {})) rows.push_back(std::move(row));
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }

 private:
  std::map<std::int64_t, std::vector<std::string>>* epochs_;
  std::vector<std::string> rows_;
};

LoadedTopology load_file(const std::string& file, std::vector<std::string> overrides) {
  std::ifstream stream(file, std::ios::binary);
  TopologyText source;
  source.text.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  source.file_name = file;
  source.directory = std::filesystem::path(file).parent_path().string();
  source.overrides = std::move(overrides);
  return load_topology(source, Catalog::builtin());
}

}  // namespace

ExampleJob::ExampleJob(const std::string& file, std::vector<std::string> overrides,
                       std::uint64_t seed)
    : sinks_(builtin_sinks()), random_(seed) {
  for (SinkType& type : sinks_) {
    if (type.name != "console") continue;
    type.plan = [this](const SinkRequest&) -> Result<PlannedSink> {
      return PlannedSink{"rows", [this] { return std::make_unique<RowSink>(&epochs_); }};
    };
  }
  start(load_file(file, std::move(overrides)));
}

void ExampleJob::start(LoadedTopology loaded) {
  INFO(render_diagnostics(loaded.errors, loaded.texts));
  REQUIRE(loaded.ok());
  Catalog catalog = Catalog::builtin();
  catalog.names = loaded.views;
  catalog.sinks = &sinks_;
  Analysis analysis = analyze(loaded.outputs, catalog, loaded.settings);
  REQUIRE(analysis.ok());
  auto plan = plan_execution(analysis.plan, loaded.settings);
  REQUIRE(plan.ok());
  JobOptions options;
  options.simulated = true;
  options.trigger = loaded.settings.trigger;
  options.on_epoch = [this](const EpochSummary& epoch) {
    ++num_epochs_;
    for (const SubtaskReport& report : epoch.reports)
      if (report.offset) num_read_ += report.num_records;
  };
  auto job = Job::start(std::move(*plan), std::move(options));
  REQUIRE(job.ok());
  job_ = std::move(*job);
}

bool ExampleJob::run_to_next_timer() {
  while (job_->step(random_)) {
  }
  return !job_->await_for(std::chrono::microseconds(0)) && job_->next_timer();
}

void ExampleJob::run_to_end() {
  for (int idle = 0; idle < kIdleTimers; ++idle) {
    const std::int64_t read_before = num_read_;
    if (!run_to_next_timer()) break;
    if (num_read_ != read_before) idle = 0;
  }
  drain();
}

void ExampleJob::run_until_rows(std::size_t count, int most_timers) {
  for (int i = 0; i < most_timers && rows().size() < count && run_to_next_timer(); ++i) {
  }
  drain();
}

void ExampleJob::drain() {
  job_->stop();
  while (run_to_next_timer()) {
  }
  REQUIRE(job_->await_for(std::chrono::microseconds(0)));
  const Status status = job_->await();
  INFO((status.ok() ? std::string() : status.error().message));
  CHECK(status.ok());
}

std::vector<std::string> ExampleJob::rows() const {
  std::vector<std::string> all;
  for (const auto& [epoch, rows] : epochs_) all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

std::vector<std::string> ExampleJob::last_rows() const {
  for (auto epoch = epochs_.rbegin(); epoch != epochs_.rend(); ++epoch)
    if (!epoch->second.empty()) return epoch->second;
  return {};
}

}  // namespace millrace::testing
