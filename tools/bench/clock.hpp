#pragma once

#include <chrono>
#include <cstdint>

namespace millrace::bench {

/// Steady clock, nanoseconds.
inline std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace millrace::bench
