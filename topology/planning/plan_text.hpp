#pragma once

#include "topology/execution_plan.hpp"

#include <string>
#include <vector>

namespace millrace {

/// Parts of explain. All deterministic; nodes are named as in the plan.

/// From each sink down to the sources; a node with several readers is shown once.
std::string execution_tree(const ExecutionPlan& plan);
/// Graphviz.
std::string execution_dot(const ExecutionPlan& plan);
std::string execution_mermaid(const ExecutionPlan& plan);

std::string partitioning_text(Partitioning partitioning);
std::string mode_text(OutputMode mode);
/// Columns of `from` that the edge hashes; `<expression>` for what is no plain column.
std::vector<std::string> key_names(const ExecutionEdge& edge, const ExecutionPlan& plan);

}  // namespace millrace
