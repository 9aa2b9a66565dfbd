#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "actors/job.hpp"
#include "metrics/progress.hpp"
#include "records/secrets.hpp"
#include "topology/query_status.hpp"

namespace millrace::cli {

/// How a job is asked to end: after what it has read is through, or at once (a restart goes on from the
/// last checkpoint).
enum class StopRequest { None, Drain, AtOnce };

/// What a running job answers to other processes: `status`, `stop`, `stop --drain`, `checkpoint now`.
/// Safe to call from any thread.
class RunControl {
 public:
  /// `secrets` are left out of all answers.
  RunControl(const ExecutionPlan& plan, Secrets secrets)
      : name_(plan.name), secrets_(std::move(secrets)), status_(plan) {}

  // From the job.
  void take(const CoordinatorAction& action);
  void take(const QueryProgress& progress);
  void take_end(const std::optional<Error>& failure);
  /// The job that answers are about; null: it is being started or taken down.
  void attach(Job* job);

  /// One line of JSON: `{"ok":true,...}` or `{"ok":false,"error":...}`.
  std::string answer(const std::string& request);
  StopRequest stop_request() const;

 private:
  std::string status_answer() const;
  std::string checkpoint_answer(std::unique_lock<std::mutex>& lock);

  const std::string name_;
  const Secrets secrets_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  QueryStatusReport status_;
  std::optional<QueryProgress> last_progress_;
  std::int64_t num_triggers_ = 0;  // complete epochs and triggers that found nothing
  std::int64_t last_epoch_ = -1;   // the last complete one
  bool ended_ = false;
  StopRequest stop_ = StopRequest::None;
  Job* job_ = nullptr;
};

}  // namespace millrace::cli
