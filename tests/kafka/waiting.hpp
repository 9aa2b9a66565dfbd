#pragma once

#include <chrono>
#include <functional>

namespace millrace::testing {

/// How long a test waits for a broker at most: it says that something hangs, not how fast it is.
constexpr std::chrono::seconds kPatience{120};

/// Asks again and again until the answer is yes; false when patience ends.
bool comes_true(const std::function<bool()>& condition);

}  // namespace millrace::testing
