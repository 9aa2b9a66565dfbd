#include "tools/bench/suite/budgets.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "actors/job.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/instruction_counter.hpp"
#include "tools/bench/suite/state_size.hpp"
#include "tools/bench/yaml_plan.hpp"

namespace {
std::atomic<std::int64_t> num_syncs{0};
}  // namespace

// Stand before the C library's, so that syncs can be counted.
extern "C" int fdatasync(int fd) {
  ++num_syncs;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}
extern "C" int fsync(int fd) {
  ++num_syncs;
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace millrace::bench {

namespace {

constexpr std::int64_t kRecords = 2'000'000;

using Measured = std::map<std::string, std::optional<double>>;

/// What records beyond the first ones cost: start and stop cancel out.
void measure_records(Measured& measured) {
  (void)flood(kRecords, 1, kContinuous);
  const InstructionCounter instructions;
  const Flood once = flood(kRecords, 1, kContinuous);
  const auto after_once = instructions.count();
  const Flood thrice = flood(3 * kRecords, 1, kContinuous);
  const auto after_thrice = instructions.count();
  measured["allocations per record, filter and project"] =
      static_cast<double>(thrice.num_allocations - once.num_allocations) / (2 * kRecords);
  measured["queue hops per record, filter and project"] =
      static_cast<double>(once.num_hops) / kRecords;
  auto& per_record = measured["instructions per record, filter and project"];
  if (after_once && after_thrice)
    per_record = (*after_thrice - 2 * *after_once) / (2 * kRecords);
}

constexpr const char* kDurable = R"(name: totals
sources:
  records: {type: socket, host: localhost, port: 1, format: json, schema: "due BIGINT, user BIGINT, amount DOUBLE"}
operators:
  timed: {from: records, withColumn: {ts: timestamp_micros(due)}}
  totals: {from: timed, select: [due, user, "sum(amount) OVER (PARTITION BY user ORDER BY ts) AS total"]}
sinks:
  out: {from: totals, type: noop}
trigger: {continuous: 10 ms}
)";

void measure_epochs(Measured& measured) {
  const Scratch scratch;
  const KeyedLoad load{
      .num_keys = 1'000, .settle_seconds = 0.1, .num_rows = 50'000, .rate = 100'000};
  std::int64_t num_epochs = 0;
  JobOptions options;
  options.trigger = {Trigger::Kind::Continuous, std::chrono::milliseconds(10)};
  options.checkpoint.location = (scratch.path() / "state").string();
  options.on_epoch = [&](const EpochSummary&) { ++num_epochs; };
  const std::int64_t before = num_syncs;
  auto job = Job::start(
      plan_of(
          kDurable, [load] { return make_keyed_source(load); },
          [] {
            return make_counting_sink(std::make_shared<std::atomic<std::int64_t>>(0));
          }),
      options);
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
  if (num_epochs > 0)
    measured["syncs per durable epoch, running sum"] =
        static_cast<double>(num_syncs - before) / static_cast<double>(num_epochs);
}

void measure_state(Measured& measured) {
  measured["slots moved by one state operation, a million keys"] = fill_table(1'000'000).most_moved;
  measured["bytes logged for ten elements added to a list of 100,000, to a list of ten"] =
      static_cast<double>(bytes_of_longer_list(100'000)) /
      static_cast<double>(bytes_of_longer_list(10));
  const DiskUse use = commit_epochs(10'000, 100'000, 200);
  const auto changes = static_cast<double>(use.changes);
  measured["journal bytes per byte of changes"] = static_cast<double>(use.journal) / changes;
  measured["journal and base image bytes per byte of changes"] =
      static_cast<double>(use.journal + use.base_images) / changes;
  measured["bytes on disk to four times the live state and 64 MiB"] =
      static_cast<double>(use.most) / static_cast<double>(4 * use.live + (64 << 20));
}

bool is_within(const std::string& name, const std::optional<double>& value, double budget) {
  if (!value) {
    std::cout << fmt::format("skipped: {}: this machine does not give the figure\n", name);
    return true;
  }
  std::cout << fmt::format("{}: {}: {:.6f}, budget {}\n", *value <= budget ? "ok" : "ABOVE", name,
                           *value, budget);
  return *value <= budget;
}

}  // namespace

int check_budgets(const std::string& file) {
  std::ifstream stream(file);
  const auto budgets = nlohmann::json::parse(stream, nullptr, false);
  if (!budgets.is_object()) {
    std::cerr << "error: not a file of budgets: '" << file << "'\n";
    return 66;
  }
  Measured measured;
  measure_records(measured);
  measure_epochs(measured);
  measure_state(measured);
  bool all_within = true;
  for (const auto& [name, budget] : budgets.items()) {
    if (measured.count(name) == 0) {
      std::cerr << "error: nothing measures: '" << name << "'\n";
      return 66;
    }
    all_within &= is_within(name, measured[name], budget.get<double>());
  }
  return all_within ? 0 : 1;
}

}  // namespace millrace::bench
