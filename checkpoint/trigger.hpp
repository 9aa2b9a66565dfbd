#pragma once

#include <chrono>

namespace millrace {

/// When epochs end.
struct Trigger {
  enum class Kind { ProcessingTime, Once, AvailableNow, Continuous };
  Kind kind = Kind::ProcessingTime;
  /// ProcessingTime: 0 means as soon as the last epoch is complete. Continuous: checkpoint interval.
  std::chrono::microseconds interval{0};
  bool is_continuous() const { return kind == Kind::Continuous; }
};

}  // namespace millrace
