#pragma once

#include "topology/execution_plan.hpp"
#include "topology/plan/node.hpp"
#include "topology/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class ExplainFormat { Tree, Dot, Mermaid, Json };

/// `tree`, `dot`, `mermaid`, `json`; empty for other texts.
std::optional<ExplainFormat> parse_explain_format(std::string_view text);

/// A job as text, for people and tools: what the user wrote as one logical plan (tree and json),
/// and what runs: nodes with their parallelism, edges with their partitioning, when results leave,
/// what bounds each state or UNBOUNDED and why, and the guarantee of each sink. Deterministic.
std::string explain(const std::vector<plan::WriteStream>& outputs, const ExecutionPlan& plan,
                    const Settings& settings, ExplainFormat format);

/// `processingTime 10 seconds`, `continuous 100 ms`, `availableNow`.
std::string trigger_text(const Trigger& trigger);

}  // namespace millrace
