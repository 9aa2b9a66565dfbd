#include "session/active_queries.hpp"

#include <utility>

#include "session/query_run.hpp"

namespace millrace {

void ActiveQueries::add(std::shared_ptr<QueryRun> run) {
  const std::lock_guard lock(mutex_);
  if (run->is_active()) runs_.push_back(std::move(run));
}

void ActiveQueries::on_end(const QueryRun* run, const std::optional<Error>& failure) {
  std::vector<std::shared_ptr<QueryRun>> ended;  // let go of without the lock
  const std::lock_guard lock(mutex_);
  for (std::shared_ptr<QueryRun>& known : runs_)
    if (known.get() == run) ended.push_back(std::move(known));
  std::erase(runs_, nullptr);
  if (!any_ended_ || failure) failure_ = failure;
  any_ended_ = true;
  changed_.notify_all();
}

std::vector<std::shared_ptr<QueryRun>> ActiveQueries::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<QueryRun>> active;
  for (const auto& run : runs_)
    if (run->is_active()) active.push_back(run);
  return active;
}

std::shared_ptr<QueryRun> ActiveQueries::find_name(std::string_view name) const {
  for (const auto& run : list())
    if (!name.empty() && run->name == name) return run;
  return nullptr;
}

std::shared_ptr<QueryRun> ActiveQueries::find_id(std::string_view id) const {
  for (const auto& run : list())
    if (run->id == id) return run;
  return nullptr;
}

std::shared_ptr<QueryRun> ActiveQueries::find_location(std::string_view location) const {
  for (const auto& run : list())
    if (!location.empty() && run->env.checkpoint_location == location) return run;
  return nullptr;
}

Result<bool> ActiveQueries::await_any(std::optional<std::chrono::milliseconds> time) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] { return any_ended_; };
  if (!time)
    changed_.wait(lock, ended);
  else if (!changed_.wait_for(lock, *time, ended))
    return false;
  if (failure_) return *failure_;
  return true;
}

void ActiveQueries::forget_ended() {
  const std::lock_guard lock(mutex_);
  any_ended_ = false;
  failure_.reset();
}

void ActiveQueries::clear() {
  std::vector<std::shared_ptr<QueryRun>> runs;
  {
    const std::lock_guard lock(mutex_);
    runs = std::exchange(runs_, {});
  }
}

}  // namespace millrace
