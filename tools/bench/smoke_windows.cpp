// How soon the results of a window come after it closes, and how long other records wait meanwhile.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "actors/job.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/disturbance_watch.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/smoke.hpp"
#include "tools/bench/sql_plan.hpp"
#include "tools/bench/timed_record.hpp"

namespace millrace::bench {

namespace {

constexpr std::int64_t kKeys = 10'000;
constexpr double kRate = 500'000;
constexpr std::int64_t kNanosPerMicro = 1'000;
// The source hears of rows each 32 us.
constexpr std::int64_t kPerWakeUp = 16;

SchemaPtr timed_schema() {
  static const SchemaPtr schema = std::make_shared<Schema>(
      Schema{{{"ts", TypeKind::Timestamp, false}, {"id", TypeKind::Long, false}}});
  return schema;
}

/// Rows of timed_schema(): the time at which they were due (steady clock), and keys in turn.
class TimedSource final : public Source {
 public:
  explicit TimedSource(std::shared_ptr<DueQueue> queue) : queue_(std::move(queue)) {}
  Status open(SourceContext& context, const std::optional<Offset>&) override {
    context_ = &context;
    return {};
  }
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    const std::int64_t end =
        std::min(queue_->num_due(), next_ + static_cast<std::int64_t>(max_records));
    if (next_ == end) return queue_->ended() ? PollStatus::EndOfInput : PollStatus::Idle;
    RecordBatch batch = context_->pool.make_batch(timed_schema());
    for (; next_ < end; ++next_) {
      batch.columns()[0]->append(queue_->due_ns(next_) / kNanosPerMicro);
      batch.columns()[1]->append(next_ % kKeys);
    }
    queue_->set_taken(next_);
    batch.set_num_physical_rows(static_cast<std::uint32_t>(batch.column(0).size()));
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }
  int ready_fd() const override { return queue_->ready_fd(); }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override { return offset(); }
  Status limit_to(const Offset&) override { return {}; }

 private:
  std::shared_ptr<DueQueue> queue_;
  SourceContext* context_ = nullptr;
  std::int64_t next_ = 0;
};

/// Adds when each row was due, its first column in microseconds of the steady clock, and how long it then took.
std::function<std::unique_ptr<Sink>()> waits_since(std::int64_t counted_from,
                                                   std::shared_ptr<std::vector<TimedRecord>> waits) {
  return [=] {
    return make_timing_sink([=](const RecordBatch& batch, std::int64_t now) {
      const auto* times = batch.column(0).values<std::int64_t>();
      batch.rows().for_each([&](std::uint32_t row) {
        const std::int64_t since = times[row] * kNanosPerMicro;
        if (since >= counted_from) waits->push_back({since, now - since});
      });
    });
  };
}

/// Makes rows due at the rate.
void generate(DueQueue& queue, std::int64_t begin, double seconds) {
  const auto total = static_cast<std::int64_t>(seconds * kRate);
  for (std::int64_t n = 0; n < total; ++n) {
    const std::int64_t due = begin + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / kRate);
    while (now_ns() < due) {
    }
    queue.add(due, n % kPerWakeUp == 0);
  }
  queue.end();
}

/// How long after they were due the results of windows and other records came.
struct Waits {
  Latencies results, others;
};

/// Room for the rows of a run: written to once, so that nothing is moved and no page asked for while time is taken.
std::shared_ptr<std::vector<TimedRecord>> room_for(double seconds) {
  auto rows = std::make_shared<std::vector<TimedRecord>>(
      static_cast<std::size_t>(seconds * kRate * 1.1));
  rows->clear();
  return rows;
}

Latencies latencies_of(const std::vector<TimedRecord>& records, const DisturbanceWatch& watch) {
  Latencies latencies;
  for (const auto& [due_ns, latency_ns] : records)
    latencies.add(latency_ns, !watch.was_disturbed(due_ns));
  return latencies;
}

Waits run_job(const SmokeOptions& options, bool with_windows) {
  const std::int64_t begin = now_ns() + 100'000'000;
  // When all keys are known and the first windows have closed.
  const std::int64_t counted_from = begin + 300'000'000;
  auto queue = std::make_shared<DueQueue>();
  const auto results = room_for(options.seconds), others = room_for(options.seconds);
  const SqlInput rows{"a", timed_schema(), [queue] { return std::make_unique<TimedSource>(queue); }};
  std::vector<SqlOutput> outputs;
  if (with_windows)
    outputs.push_back({sql("SELECT window.end AS closed, id, count(*) AS n FROM a "
                           "GROUP BY window(ts, '100 milliseconds', '20 milliseconds'), id"),
                       waits_since(counted_from, results)});
  outputs.push_back({sql("SELECT ts, id FROM a"), waits_since(counted_from, others)});
  // The engine's threads inherit core 1; the generator has core 0.
  pin_to_core(1);
  JobOptions job_options;
  job_options.trigger = {Trigger::Kind::Continuous, std::chrono::seconds(1)};
  job_options.idle = IdleStrategy::Park;
  auto job = Job::start(sql_plan({rows}, outputs), std::move(job_options));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  DisturbanceWatch watch({getpid()}, 0);
  std::thread generator([&] {
    pin_to_core(0);
    generate(*queue, begin, options.seconds);
  });
  generator.join();
  (void)(*job)->await();
  watch.stop();
  return {latencies_of(*results, watch), latencies_of(*others, watch)};
}

constexpr std::pair<const char*, double> kQuantiles[]{
    {"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}};

/// Of records that met no other program, where they are enough, and of all.
std::string quantiles(const Latencies& latencies) {
  std::string calm, all;
  const auto append = [](std::string& text, const char* name, std::int64_t ns) {
    text += fmt::format("{} {:.2f} ms ", name, static_cast<double>(ns) / 1e6);
  };
  for (const auto& [name, quantile] : kQuantiles) {
    append(calm, name, latencies.judged(quantile).at_quantile(quantile));
    append(all, name, latencies.all().at_quantile(quantile));
  }
  return fmt::format("{}({:.0f} % of records, the others met another program; of all {}of {})", calm,
                     100 * latencies.calm_share(), all, latencies.all().count());
}

}  // namespace

void measure_windows(const SmokeOptions& options) {
  const Waits with = run_job(options, true), without = run_job(options, false);
  print_figure("results of 100 ms windows each 20 ms, 10,000 keys, 500,000/s",
               quantiles(with.results), "p99 <= 1 ms");
  print_figure("other records meanwhile", quantiles(with.others), "p99.99 <= 1 ms");
  print_figure("other records without windows", quantiles(without.others), "");
}

}  // namespace millrace::bench
