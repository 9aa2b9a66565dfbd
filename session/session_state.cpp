#include "session/session_state.hpp"

#include "session/query_run.hpp"

namespace millrace {

Settings SessionState::settings() const {
  Settings settings;
  settings.time_zone = chosen_settings.time_zone;
  settings.ansi = chosen_settings.ansi;
  settings.parallelism = chosen_settings.parallelism;
  settings.max_parallelism = chosen_settings.max_parallelism;
  settings.spark_strict = chosen_settings.spark_strict;
  return settings;
}

void SessionState::put_view(const std::string& name, plan::NodePtr plan) {
  const std::lock_guard lock(mutex_);
  views_[name] = std::move(plan);
}

bool SessionState::drop_view(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return views_.erase(name) != 0;
}

std::map<std::string, plan::NodePtr, NameLess> SessionState::views() const {
  const std::lock_guard lock(mutex_);
  return views_;
}

void SessionState::add_query(const std::shared_ptr<QueryRun>& run) {
  const std::lock_guard lock(mutex_);
  std::erase_if(queries_, [](const std::shared_ptr<QueryRun>& known) {
    return known->job->await_for(std::chrono::microseconds{0});
  });
  queries_.push_back(run);
}

std::shared_ptr<QueryRun> SessionState::find_active(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& run : queries_)
    if (!name.empty() && run->name == name && !run->job->await_for(std::chrono::microseconds{0}))
      return run;
  return nullptr;
}

}  // namespace millrace
