#pragma once

#include "session/streaming_query.hpp"
#include "session/streaming_query_listener.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

struct SessionState;

/// The queries of a session and who hears of them, under Spark's name. Safe to call from any thread.
class StreamingQueryManager {
 public:
  explicit StreamingQueryManager(std::shared_ptr<SessionState> session)
      : session_(std::move(session)) {}

  /// The queries that run.
  std::vector<StreamingQuery> active() const;
  /// The query that runs under this id (not run id); none when there is none.
  std::optional<StreamingQuery> get(const std::string& id) const;

  /// Waits until a query of the session ended since it began or since `reset_terminated`; gives the
  /// failure of one that failed.
  Status await_any_termination() const;
  /// False when the time is up.
  Result<bool> await_any_termination(std::chrono::milliseconds timeout) const;
  /// Forgets ended queries, so that the next await waits for a later one.
  void reset_terminated() const;

  void add_listener(std::shared_ptr<StreamingQueryListener> listener) const;
  void remove_listener(const std::shared_ptr<StreamingQueryListener>& listener) const;

 private:
  std::shared_ptr<SessionState> session_;
};

}  // namespace millrace
