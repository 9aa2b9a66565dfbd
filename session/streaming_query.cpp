#include "session/streaming_query.hpp"

#include "session/query_run.hpp"

namespace millrace {

const std::string& StreamingQuery::id() const { return run_->id; }
const std::string& StreamingQuery::run_id() const { return run_->run_id; }
const std::string& StreamingQuery::name() const { return run_->name; }

bool StreamingQuery::is_active() const {
  return !run_->job->await_for(std::chrono::microseconds{0});
}

std::optional<Error> StreamingQuery::exception() const {
  return is_active() ? std::nullopt : run_->failure();
}

std::optional<std::string> StreamingQuery::last_progress() const {
  const std::lock_guard lock(run_->mutex);
  return run_->last_progress;
}

Status StreamingQuery::await_termination() const {
  (void)run_->job->await();
  if (auto failure = run_->failure()) return std::move(*failure);
  return {};
}

Result<bool> StreamingQuery::await_termination(std::chrono::milliseconds timeout) const {
  if (!run_->job->await_for(timeout)) return false;
  if (auto failure = run_->failure()) return std::move(*failure);
  return true;
}

void StreamingQuery::stop() {
  run_->job->stop();
  (void)run_->job->await();
}

}  // namespace millrace
