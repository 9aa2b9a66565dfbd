#pragma once

#include <map>
#include <string>

#include "topology/plan/node.hpp"

namespace millrace::testing {

/// The plans of the DataFrame programs in tests/fixtures/spark/errors.jsonl, by their text without
/// `start(...)` and mode.
const std::map<std::string, plan::NodePtr>& golden_plans();

}  // namespace millrace::testing
