#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "checkpoint/epoch_coordinator.hpp"
#include "metrics/progress.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// Makes Spark's progress object of each complete epoch, and of idle triggers now and then. Keeps the
/// start of the last trigger, which rates are measured from. Not thread-safe; give it the epochs and
/// triggers in order.
class ProgressReport {
 public:
  /// `plan` must outlive the report.
  ProgressReport(const ExecutionPlan& plan, std::string id, std::string run_id,
                 std::chrono::microseconds idle_interval = std::chrono::seconds(10));

  QueryProgress next(const EpochSummary& epoch);
  /// A trigger that found nothing to do: progress for the first one, then one each idle interval
  /// since anything was told (Spark: noDataProgressEventInterval).
  std::optional<QueryProgress> idle(const SkipTrigger& skipped);

 private:
  QueryProgress begin(std::int64_t trigger_start, Epoch epoch) const;
  void add_idle_nodes(QueryProgress& progress, const SkipTrigger& skipped) const;
  void add_nodes(QueryProgress& progress, const EpochSummary& epoch) const;
  void add_rates(QueryProgress& progress, const EpochSummary& epoch) const;

  const ExecutionPlan& plan_;
  std::string id_;
  std::string run_id_;
  std::int64_t idle_interval_;
  std::optional<std::int64_t> last_trigger_start_;
  std::optional<std::int64_t> last_told_;
  std::vector<StateOperatorProgress> state_operators_;  // of the last epoch
};

}  // namespace millrace
