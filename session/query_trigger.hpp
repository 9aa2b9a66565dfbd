#pragma once

#include <string>
#include <utility>

namespace millrace {

/// When a streaming query looks for new rows (Spark's Trigger). Intervals are text such as
/// `10 seconds`, checked when the query starts. Without one: as soon as possible.
class QueryTrigger {
 public:
  QueryTrigger() = default;

  static QueryTrigger processing_time(std::string interval) {
    return {"processingTime", std::move(interval)};
  }
  /// Deprecated in Spark: means `available_now`.
  static QueryTrigger once() { return {"once", ""}; }
  /// All that is there when the query starts; then it ends.
  static QueryTrigger available_now() { return {"availableNow", ""}; }
  /// Rows flow one by one; a checkpoint each `interval`, 1 ms to 24 h.
  static QueryTrigger continuous(std::string interval) {
    return {"continuous", std::move(interval)};
  }
  /// Spark's name for a mode of its own; here the same as `continuous`.
  static QueryTrigger real_time(std::string interval) { return {"realTime", std::move(interval)}; }

  /// Empty: as soon as possible.
  const std::string& kind() const { return kind_; }
  const std::string& interval() const { return interval_; }

 private:
  QueryTrigger(std::string kind, std::string interval)
      : kind_(std::move(kind)), interval_(std::move(interval)) {}

  std::string kind_;
  std::string interval_;
};

}  // namespace millrace
