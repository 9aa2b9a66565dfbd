#pragma once

#include "records/result.hpp"

#include <string>

namespace millrace::cli {

/// The rows of a SELECT over the tables of memory sinks as they are now: a JSON list of objects, at
/// most 1,000. Safe to call from any thread.
Result<std::string> select_as_json(const std::string& query);

}  // namespace millrace::cli
