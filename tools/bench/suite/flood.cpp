#include "tools/bench/suite/flood.hpp"

#include <functional>
#include <memory>
#include <vector>

#include "actors/job.hpp"
#include "tools/bench/allocation_count.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/cores.hpp"
#include "tools/bench/in_process.hpp"
#include "tools/bench/plans.hpp"

namespace millrace::bench {

namespace {

JobOptions on_one_core(Trigger trigger) {
  JobOptions options;
  options.trigger = trigger;
  options.threads = 1;
  return options;
}

}  // namespace

Flood flood(std::int64_t total, int num_projects, Trigger trigger) {
  pin_to_core(1);
  std::vector<std::function<std::unique_ptr<Operator>()>> operators{make_amount_filter};
  operators.insert(operators.end(), static_cast<std::size_t>(num_projects), make_amount_project);
  const auto num_edges = static_cast<std::int64_t>(operators.size()) + 1;
  std::int64_t num_batches = 0;  // each goes over every edge
  ExecutionPlan plan = chain(
      flood_schema(), [total] { return make_flood_source(total); }, operators,
      [&] { return make_timing_sink([&](const RecordBatch&, std::int64_t) { ++num_batches; }); });
  const std::int64_t allocations = num_allocations(), begin = now_ns();
  auto job = Job::start(std::move(plan), on_one_core(trigger));
  MILLRACE_CHECK(job.ok(), "a benchmark's job must start");
  (void)(*job)->await();
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  return {seconds, num_allocations() - allocations, num_batches * num_edges};
}

}  // namespace millrace::bench
