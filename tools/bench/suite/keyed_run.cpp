#include "tools/bench/suite/keyed_run.hpp"

#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "actors/job.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/disturbance_watch.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/base_image_watch.hpp"
#include "tools/bench/suite/disk_core.hpp"
#include "tools/bench/timed_record.hpp"
#include "tools/bench/yaml_plan.hpp"

namespace millrace::bench {

namespace {

constexpr const char* kTopology = R"(name: running_totals
sources:
  records: {type: socket, host: localhost, port: 1, format: json, schema: "due BIGINT, user BIGINT, amount DOUBLE"}
operators:
  timed: {from: records, withColumn: {ts: timestamp_micros(due)}}
  totals:
    from: timed
    select:
      - due
      - user
      - count(*) OVER (PARTITION BY user ORDER BY ts) AS n
      - sum(amount) OVER (PARTITION BY user ORDER BY ts) AS total
sinks:
  out: {from: totals, type: noop}
trigger: {continuous: 10 ms}
)";

/// The rows' latencies, but not of those that were due at 0: they do not count.
class ArrivedRows {
 public:
  explicit ArrivedRows(std::int64_t num_rows) : records_(static_cast<std::size_t>(num_rows)) {}
  void take(const RecordBatch& batch, std::int64_t now) {
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) {
      if (due[row] != 0) records_[num_taken_++] = {due[row], now - due[row]};
    });
  }
  void add_to(KeyedRun& run, const BaseImageWatch& images, const DisturbanceWatch& watch) const {
    for (const auto& [due_ns, latency_ns] : std::span(records_).first(num_taken_)) {
      const bool is_calm = !watch.was_disturbed(due_ns);
      run.latency.add(latency_ns, is_calm);
      if (images.was_building(due_ns)) run.while_building.add(latency_ns, is_calm);
    }
  }

 private:
  // Written to once before, so that no page is asked for while time is taken.
  std::vector<TimedRecord> records_;
  std::size_t num_taken_ = 0;
};

/// Keeps when rows were due until their epoch commits.
class CommitTimingSink final : public Sink {
 public:
  explicit CommitTimingSink(Histogram& latency) : latency_(latency) {}

  Status open(SinkContext&) override { return {}; }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) {
      if (due[row] != 0) written_.push_back(due[row]);
    });
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    prepared_[epoch] = std::exchange(written_, {});
    done(CommitToken{});
  }
  void commit(Epoch epoch, const CommitToken&, std::function<void(Status)> done) override {
    const std::int64_t now = now_ns();
    for (std::int64_t due : prepared_[epoch]) latency_.add(now - due);
    prepared_.erase(epoch);
    done({});
  }

 private:
  Histogram& latency_;
  std::vector<std::int64_t> written_;
  std::map<Epoch, std::vector<std::int64_t>> prepared_;
};

std::unique_ptr<Sink> make_sink(KeyedRun& run, ArrivedRows& arrived, Times times) {
  if (times == Times::Commits) return std::make_unique<CommitTimingSink>(run.committed);
  if (times == Times::Nothing) return make_timing_sink([](const RecordBatch&, std::int64_t) {});
  return make_timing_sink(
      [&](const RecordBatch& batch, std::int64_t now) { arrived.take(batch, now); });
}

void take_epoch(const EpochSummary& summary, std::int64_t num_keys, KeyedRun& run) {
  for (const SubtaskReport& report : summary.reports)
    if (report.state && report.state->rows_total >= num_keys)
      run.add_epoch(report.state->freeze_ns);
}

void move_thread(pid_t thread, int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(thread, sizeof set, &set);
}

/// Where there is a second core, the engine's is left to it.
void move_checkpoint_threads(int core) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    if (name == "checkpoint" || name == "base-image")
      move_thread(std::stoi(task.path().filename()), core);
  }
}

}  // namespace

void KeyedRun::add_epoch(std::int64_t frozen_in_ns) {
  last_epoch_ns = now_ns();
  if (freeze_ns.empty()) first_epoch_ns = last_epoch_ns;
  freeze_ns.push_back(frozen_in_ns);
}

double KeyedRun::epochs_per_second() const {
  if (freeze_ns.size() < 2) return 0;
  return static_cast<double>(freeze_ns.size() - 1) * 1e9 /
         static_cast<double>(last_epoch_ns - first_epoch_ns);
}

KeyedRun run_keyed(KeyedLoad load, std::optional<std::chrono::milliseconds> interval,
                   Times times) {
  KeyedRun run;
  load.taken_ns = std::make_shared<std::atomic<std::int64_t>>(0);
  const Scratch scratch;
  BaseImageWatch images;
  ArrivedRows arrived(times == Times::Rows ? load.num_rows : 0);
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, interval.value_or(std::chrono::seconds(1))};
  options.idle = IdleStrategy::Spin;
  if (interval) options.checkpoint.location = (scratch.path() / "state").string();
  options.on_epoch = [&](const EpochSummary& summary) { take_epoch(summary, load.num_keys, run); };
  const int disk_core = core_of_disk(scratch.path().string());
  pin_to_core(1 - disk_core);
  auto job = Job::start(plan_of(
                            kTopology, [load] { return make_keyed_source(load); },
                            [&] { return make_sink(run, arrived, times); }),
                        options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  move_checkpoint_threads(disk_core);
  if (interval) images.start(options.checkpoint.location);
  DisturbanceWatch disturbances({getpid()}, disk_core, DisturbanceWatch::kLeastOfDurableNs);
  (void)(*job)->await();
  images.stop();
  disturbances.stop();
  arrived.add_to(run, images, disturbances);
  run.seconds = static_cast<double>(*load.taken_ns) / 1e9;
  return run;
}

}  // namespace millrace::bench
