#pragma once

#include "tools/fraud/tally.hpp"

#include <string>

namespace millrace::fraud {

/// The report as a JSON object, for the page.
std::string report_json(const LoadReport& report);
/// `"p50":...,"p99":...,"p999":...` in nanoseconds, without braces.
std::string quantiles_json(const Quantiles& quantiles);

}  // namespace millrace::fraud
