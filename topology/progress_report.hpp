#pragma once

#include <optional>
#include <string>

#include "checkpoint/epoch_coordinator.hpp"
#include "metrics/progress.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// Makes Spark's progress object of each complete epoch. Keeps the start of the last trigger, which
/// rates are measured from. Not thread-safe; give it the epochs in order.
class ProgressReport {
 public:
  /// `plan` must outlive the report.
  ProgressReport(const ExecutionPlan& plan, std::string id, std::string run_id);

  QueryProgress next(const EpochSummary& epoch);

 private:
  void add_nodes(QueryProgress& progress, const EpochSummary& epoch) const;
  void add_rates(QueryProgress& progress, const EpochSummary& epoch) const;

  const ExecutionPlan& plan_;
  std::string id_;
  std::string run_id_;
  std::optional<std::int64_t> last_trigger_start_;
};

}  // namespace millrace
