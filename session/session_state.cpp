#include "session/session_state.hpp"

namespace millrace {

SessionState::~SessionState() {
  queries->clear();
  bus->close();
}

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

Catalog SessionState::catalog() const {
  Catalog catalog = Catalog::builtin();
  const std::lock_guard lock(mutex_);
  if (!functions_.empty()) catalog.functions = functions_.back().get();
  return catalog;
}

Status SessionState::add_function(ProgramFunction function) {
  const std::lock_guard lock(mutex_);
  const FunctionRegistry& known =
      functions_.empty() ? FunctionRegistry::builtin() : *functions_.back();
  auto extended = with_function(known, std::move(function));
  if (!extended) return std::move(extended.error());
  functions_.push_back(std::move(*extended));
  return {};
}

bool SessionState::add_view(const std::string& name, plan::NodePtr plan) {
  const std::lock_guard lock(mutex_);
  return views_.emplace(name, std::move(plan)).second;
}

bool SessionState::drop_view(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return views_.erase(name) != 0;
}

std::map<std::string, plan::NodePtr, NameLess> SessionState::views() const {
  const std::lock_guard lock(mutex_);
  return views_;
}

}  // namespace millrace
