#pragma once

#include "tools/fraud/transaction.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::fraud {

/// The decisions that a page shows: all alerts and now and then an honest payment, newest first.
/// One thread adds, any thread reads.
class RecentDecisions {
 public:
  void add(const Transaction& payment, std::string_view line);
  /// A JSON list.
  std::string json() const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_shown_{};  // touched by the adding thread only
  mutable std::mutex mutex_;        // guards what follows
  std::deque<std::string> entries_;
};

/// Alerts as the engine explains them, by payment; the newest are kept. Safe to call from any
/// thread.
class AlertBook {
 public:
  /// A line of JSON that begins with `{"id":<number>`.
  void add(std::string_view line);
  std::optional<std::string> find(std::int64_t id) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::int64_t, std::string> alerts_;
};

}  // namespace millrace::fraud
