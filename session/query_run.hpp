#pragma once

#include "actors/job.hpp"
#include "topology/progress_report.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace millrace {

/// One started query: its job and what it said last. Made by `start_query`, shared by the handles.
struct QueryRun {
  QueryRun(ExecutionPlan execution_plan, std::string query_name);

  Status start(JobOptions options);
  /// The job's failure as the user of the query sees it. Requires: the job ended.
  std::optional<Error> failure();

  // Fixed after start.
  std::string id;  // the checkpoint's where there is one
  const std::string run_id;
  const std::string name;
  const ExecutionPlan plan;
  std::optional<ProgressReport> report;  // touched by the coordinator only

  // Written by the coordinator, read by any thread: a channel would keep what nobody asks for.
  std::mutex mutex;
  std::optional<std::string> last_progress;  // guarded by `mutex`

  // Last: its end uses all of the above.
  std::unique_ptr<Job> job;
};

}  // namespace millrace
