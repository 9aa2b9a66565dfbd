#pragma once

#include "topology/analysis/resolved_plan.hpp"
#include "topology/execution_plan.hpp"

namespace millrace {

/// What a step's operator needs beyond the step.
struct OperatorSettings {
  EmitPolicy policy;
  OnError on_error = OnError::Fail;
};

/// How the step's operator is made. Requires: the step is no Read. Errors: no operator computes it
/// yet.
Result<OperatorSpec> operator_spec(const resolved::Step& step, const OperatorSettings& settings);

/// The sliding windows that the step's operator puts together from slices, so that no operator of its own
/// assigns them; null: it does not.
const resolved::TimeWindow* sliced_window(const resolved::Step& step, OutputMode mode);

/// The input of a join that is read whole before the other, 0 left, 1 right; -1: there is none.
int table_port(const resolved::Step& step);

/// What rows of input `port` must share to be handled by one subtask of the step, bound to that
/// input; empty: the step does not care, or runs on one subtask.
std::vector<BoundExpressionPtr> hash_keys(const resolved::Step& step, OutputMode mode, int port = 0);

}  // namespace millrace
