#include "session/streaming_query_manager.hpp"

#include "session/session_state.hpp"

namespace millrace {

std::vector<StreamingQuery> StreamingQueryManager::active() const {
  std::vector<StreamingQuery> queries;
  for (auto& run : session_->queries->list()) queries.emplace_back(std::move(run));
  return queries;
}

std::optional<StreamingQuery> StreamingQueryManager::get(const std::string& id) const {
  auto run = session_->queries->find_id(id);
  return run ? std::optional<StreamingQuery>(std::move(run)) : std::nullopt;
}

Status StreamingQueryManager::await_any_termination() const {
  auto ended = session_->queries->await_any(std::nullopt);
  return ended ? Status() : Status(std::move(ended.error()));
}

Result<bool> StreamingQueryManager::await_any_termination(std::chrono::milliseconds timeout) const {
  return session_->queries->await_any(timeout);
}

void StreamingQueryManager::reset_terminated() const { session_->queries->forget_ended(); }

void StreamingQueryManager::add_listener(std::shared_ptr<StreamingQueryListener> listener) const {
  session_->bus->add(std::move(listener));
}

void StreamingQueryManager::remove_listener(
    const std::shared_ptr<StreamingQueryListener>& listener) const {
  session_->bus->remove(listener.get());
}

}  // namespace millrace
