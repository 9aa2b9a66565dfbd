#pragma once

#include <functional>
#include <memory>
#include <string>

#include "topology/execution_plan.hpp"

namespace millrace::bench {

/// The plan of a topology with one streaming source, with the benchmark's own source and sinks in it. Bounded sources
/// (tables) stay; all do when `source` is empty. `text` must be valid.
ExecutionPlan plan_of(const std::string& text, std::function<std::unique_ptr<Source>()> source,
                      std::function<std::unique_ptr<Sink>()> sink);

}  // namespace millrace::bench
