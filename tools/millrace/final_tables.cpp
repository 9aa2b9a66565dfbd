#include "final_tables.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/job.hpp"
#include "records/option_value.hpp"
#include "records/value_text.hpp"
#include "sinks/visible_change.hpp"
#include "topology/planner.hpp"

namespace millrace::cli {
namespace {

using Epochs = std::map<std::int64_t, std::vector<std::string>>;
using Json = nlohmann::ordered_json;

/// A source may look again after a while: so many timers without a new row mean that there are none.
constexpr int kIdleTimers = 8;

/// Keeps rows as JSON by epoch, for all subtasks of a sink.
class KeptRows final : public Sink {
 public:
  KeptRows(std::shared_ptr<Epochs> epochs, TimeZone zone)
      : style_{std::move(zone), false}, epochs_(std::move(epochs)) {}

  Status open(SinkContext&) override { return {}; }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    for_each_visible(batch, [&](std::uint32_t row) {
      append_json_row(rows_.emplace_back(), batch, row, style_);
    });
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    auto& rows = (*epochs_)[number(epoch)];
    rows.insert(rows.end(), std::make_move_iterator(rows_.begin()),
                std::make_move_iterator(rows_.end()));
    rows_.clear();
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }

 private:
  const JsonStyle style_;
  const std::shared_ptr<Epochs> epochs_;
  std::vector<std::string> rows_;
};

void cut_digits(Json& value) {
  if (value.is_number_float())
    value = std::strtod(fmt::format("{:.9g}", value.get<double>()).c_str(), nullptr);
  if (value.is_structured())
    for (Json& part : value) cut_digits(part);
}

std::string canonical(const std::string& row) {
  Json json = Json::parse(row, nullptr, false);
  if (json.is_discarded()) return row;
  cut_digits(json);
  return json.dump();
}

/// One run in simulated time.
class TableJob {
 public:
  explicit TableJob(LoadedTopology loaded) : loaded_(std::move(loaded)), sinks_(builtin_sinks()) {
    const auto zone = TimeZone::find(loaded_.settings.time_zone);
    for (SinkType& type : sinks_)
      type.plan = [this, zone = *zone](const SinkRequest& request) -> Result<PlannedSink> {
        auto& epochs = epochs_[request.name];
        if (!epochs) epochs = std::make_shared<Epochs>();
        return PlannedSink{"rows", [epochs, zone] {
                             return std::make_unique<KeptRows>(epochs, zone);
                           }};
      };
  }

  Result<TableRun> run() {
    auto job = start();
    if (!job) return loaded_.located(std::move(job.error()));
    run_to_end(**job);
    if (Status status = (*job)->await(); !status) return status.error();
    TableRun result;
    result.num_late_rows = num_late_rows_;
    for (const plan::WriteStream& output : loaded_.outputs)
      if (!output.late_records)
        result.tables[output.name] = final_rows(*epochs_[output.name], output.output_mode);
    return result;
  }

 private:
  Result<std::unique_ptr<Job>> start() {
    if (!loaded_.errors.empty()) return loaded_.errors.front();
    Catalog catalog = Catalog::builtin();
    catalog.names = loaded_.views;
    catalog.sinks = &sinks_;
    Analysis analysis = analyze(loaded_.outputs, catalog, loaded_.settings);
    if (!analysis.ok()) return analysis.errors.front();
    auto plan = plan_execution(analysis.plan, loaded_.settings);
    if (!plan) return plan.error();
    JobOptions options;
    options.simulated = true;
    options.trigger = loaded_.settings.trigger;
    options.time_zone = loaded_.settings.time_zone;
    options.on_epoch = [this](const EpochSummary& epoch) { take(epoch); };
    return Job::start(std::move(*plan), std::move(options));
  }

  void take(const EpochSummary& epoch) {
    for (const SubtaskReport& report : epoch.reports) {
      if (report.offset) num_read_ += report.num_records;
      if (report.state) num_late_rows_ += report.state->rows_dropped_by_watermark;
    }
  }

  /// False when the job ended.
  bool run_to_next_timer(Job& job) {
    while (job.step(random_)) {
    }
    return !job.await_for(std::chrono::microseconds(0)) && job.next_timer();
  }

  void run_to_end(Job& job) {
    for (int idle = 0; idle < kIdleTimers; ++idle) {
      const std::int64_t read_before = num_read_;
      if (!run_to_next_timer(job)) break;
      if (num_read_ != read_before) idle = 0;
    }
    job.stop();
    while (run_to_next_timer(job)) {
    }
  }

  LoadedTopology loaded_;
  std::vector<SinkType> sinks_;
  std::map<std::string, std::shared_ptr<Epochs>> epochs_;
  std::mt19937_64 random_{1};
  std::int64_t num_read_ = 0;  // records that the sources gave in complete epochs
  std::int64_t num_late_rows_ = 0;
};

}  // namespace

std::vector<std::string> final_rows(const Epochs& epochs, const std::string& output_mode) {
  std::vector<std::string> rows;
  const bool is_complete = lower_trimmed(output_mode) == "complete";
  for (const auto& [epoch, added] : epochs) {
    if (is_complete && !added.empty()) rows.clear();
    for (const std::string& row : added) rows.push_back(canonical(row));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

Result<TableRun> run_to_tables(const TopologyRequest& request) {
  auto loaded = load_file(request);
  if (!loaded) return loaded.error();
  loaded->checkpoint_location.clear();
  loaded->settings.durable = false;
  return TableJob(std::move(*loaded)).run();
}

}  // namespace millrace::cli
