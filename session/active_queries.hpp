#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "records/result.hpp"

namespace millrace {

struct QueryRun;

/// The queries of a session that run, and how the last one ended. Safe to call from any thread.
class ActiveQueries {
 public:
  /// Keeps the query alive until it ended. Requires: the query started.
  void add(std::shared_ptr<QueryRun> run);
  void on_end(const QueryRun* run, const std::optional<Error>& failure);
  std::vector<std::shared_ptr<QueryRun>> list() const;
  /// Null when none that runs has the name (no name: null), the id, or the checkpoint location.
  std::shared_ptr<QueryRun> find_name(std::string_view name) const;
  std::shared_ptr<QueryRun> find_id(std::string_view id) const;
  std::shared_ptr<QueryRun> find_location(std::string_view location) const;

  /// Waits until a query ended since the last `forget_ended`; its failure is an error. No time: waits
  /// for as long as it takes. False: the time is up.
  Result<bool> await_any(std::optional<std::chrono::milliseconds> time);
  void forget_ended();
  /// Gives up all queries; those that nobody else holds are stopped.
  void clear();

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<std::shared_ptr<QueryRun>> runs_;
  // Spark keeps a failure rather than a later good end.
  bool any_ended_ = false;
  std::optional<Error> failure_;
};

}  // namespace millrace
