#pragma once

#include "tools/fraud/tally.hpp"

#include <string>

namespace millrace::fraud {

/// One line about the last moments of a load.
std::string progress_line(const LoadReport& report);
/// Several lines about a whole run.
std::string summary(const LoadReport& report);
/// `1234567` as `1,234,567`.
std::string grouped(std::int64_t number);
/// Microseconds or milliseconds, with unit.
std::string duration_text(std::int64_t ns);

}  // namespace millrace::fraud
