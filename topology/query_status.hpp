#pragma once

#include "checkpoint/epoch_coordinator.hpp"
#include "records/result.hpp"
#include "topology/execution_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace millrace {

/// What a query does at this moment; Spark's StreamingQueryStatus.
struct QueryStatus {
  std::string message = "Initializing sources";
  bool is_data_available = false;
  bool is_trigger_active = false;
};

/// `{"message":...,"isDataAvailable":...,"isTriggerActive":...}`
std::string to_json(const QueryStatus& status);

/// Follows what the coordinator decides, in Spark's words. Not thread-safe.
class QueryStatusReport {
 public:
  explicit QueryStatusReport(const ExecutionPlan& plan);

  void take(const CoordinatorAction& action);
  void take_end(const std::optional<Error>& failure);
  const QueryStatus& status() const { return status_; }

 private:
  void follow(const AskLatestOffsets&);
  void follow(const StartEpoch& start);
  void follow(const SkipTrigger&);
  void follow(const AcknowledgeEpoch& done);
  void follow(const WakeAt&);
  void follow(const InjectMarker&) { in_epochs_ = false; }
  template <class Other>
  void follow(const Other&) {}

  std::string asking_;  // Getting offsets from ...
  bool in_epochs_ = true;  // micro-batch mode
  bool is_idle_ = false;   // the trigger found nothing
  bool waits_ = false;     // for the time of the next trigger
  int num_open_ = 0;       // epochs started and not complete
  std::vector<std::optional<std::string>> ends_;  // of the last epoch
  QueryStatus status_;
};

}  // namespace millrace
