#include "session/streaming_query.hpp"

#include "session/query_run.hpp"

namespace millrace {
namespace {

Error waits_for_itself() {
  return make_error(ErrorKind::Usage, "awaitTermination called inside of the query's own foreach",
                    "call `stop` there: it asks the query to end and returns at once");
}

}  // namespace

const std::string& StreamingQuery::id() const { return run_->id; }
const std::string& StreamingQuery::run_id() const { return run_->run_id; }
const std::string& StreamingQuery::name() const { return run_->name; }

bool StreamingQuery::is_active() const { return run_->is_active(); }

std::optional<Error> StreamingQuery::exception() const {
  return is_active() || run_->is_inside_callback() ? std::nullopt : run_->failure();
}

std::optional<std::string> StreamingQuery::last_progress() const {
  const std::lock_guard lock(run_->mutex);
  return run_->recent_progress.empty() ? std::nullopt
                                       : std::optional(run_->recent_progress.back());
}

std::vector<std::string> StreamingQuery::recent_progress() const {
  const std::lock_guard lock(run_->mutex);
  return {run_->recent_progress.begin(), run_->recent_progress.end()};
}

std::string StreamingQuery::status() const {
  const std::lock_guard lock(run_->mutex);
  return to_json(run_->status.status());
}

Status StreamingQuery::process_all_available() const { return run_->process_all_available(); }

Status StreamingQuery::await_termination() const {
  if (run_->is_inside_callback()) return waits_for_itself();
  if (auto failure = run_->failure()) return std::move(*failure);
  return {};
}

Result<bool> StreamingQuery::await_termination(std::chrono::milliseconds timeout) const {
  if (run_->is_inside_callback()) return waits_for_itself();
  if (!run_->job->await_for(timeout)) return false;
  if (auto failure = run_->failure()) return std::move(*failure);
  return true;
}

void StreamingQuery::stop() {
  run_->job->stop();
  if (!run_->is_inside_callback()) (void)run_->job->await();
}

}  // namespace millrace
