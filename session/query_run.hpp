#pragma once

#include "actors/job.hpp"
#include "records/secrets.hpp"
#include "session/active_queries.hpp"
#include "session/listener_bus.hpp"
#include "topology/progress_report.hpp"
#include "topology/query_status.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace millrace {

/// Marks the thread that runs code of the program for a query: there nothing may wait for that query.
class CallbackScope {
 public:
  explicit CallbackScope(const void* query) : outer_(current_) { current_ = query; }
  ~CallbackScope() { current_ = outer_; }
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;
  static bool is_inside(const void* query) { return current_ == query; }

 private:
  static thread_local const void* current_;
  const void* outer_;
};

/// What a query needs of its session, and how it tells of itself.
struct QueryEnvironment {
  std::shared_ptr<ListenerBus> bus;
  std::weak_ptr<ActiveQueries> queries;
  std::size_t num_recent_progress = 100;
  std::chrono::microseconds idle_interval = std::chrono::seconds(10);
  /// Folder; empty: nothing outlives the process.
  std::string checkpoint_location = {};
  /// What nothing that it tells may show.
  Secrets secrets;
  /// Stands for the query in CallbackScope.
  std::shared_ptr<const char> callback_mark = std::make_shared<const char>();
};

/// One started query: its job and what it said last. Made by `start_query`, shared by the handles.
struct QueryRun : std::enable_shared_from_this<QueryRun> {
  /// Also when the program lets go of the query inside of its own callback.
  static std::shared_ptr<QueryRun> make(ExecutionPlan plan, std::string name, QueryEnvironment env);

  Status start(JobOptions options);
  bool is_active() const { return !job->await_for(std::chrono::microseconds{0}); }
  /// Whether this thread runs code of the program for this query.
  bool is_inside_callback() const { return CallbackScope::is_inside(env.callback_mark.get()); }
  /// The job's failure as the user of the query sees it. Requires: the job ended.
  std::optional<Error> failure();
  /// Waits until a trigger that began after the call found nothing, or the query ended.
  Status process_all_available();

  // Fixed after start.
  std::string id;  // the checkpoint's where there is one
  const std::string run_id;
  const std::string name;
  const ExecutionPlan plan;
  const QueryEnvironment env;
  bool has_triggers = true;  // micro-batch mode

  // Written by the coordinator, read by any thread: a channel would keep what nobody asks for.
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::optional<ProgressReport> report;  // since the job was opened
  QueryStatusReport status;
  std::deque<std::string> recent_progress;
  std::int64_t num_triggers = 0;
  std::int64_t last_idle_trigger = 0;
  bool ended = false;

  // Last: its end uses all of the above.
  std::unique_ptr<Job> job;

 private:
  QueryRun(ExecutionPlan execution_plan, std::string query_name, QueryEnvironment environment);
  void on_opened(const std::string& query_id);
  void tell_end(const std::optional<Error>& failure) const;
  void on_action(const CoordinatorAction& action);
  void on_idle(const SkipTrigger& skipped);
  void on_epoch(const EpochSummary& epoch);
  void on_end(const std::optional<Error>& failure);
  void keep(const QueryProgress& progress);
  /// For listeners, who get the parts and not the text.
  QueryProgress hidden(QueryProgress progress) const;
  void await_start();
};

}  // namespace millrace
