#pragma once

#include "expressions/aggregate_function.hpp"

namespace millrace {

/// What an aggregate function is too when it has a loop of its own for running aggregations (OVER).
/// Immutable, as the function itself.
class RunningFunction {
 public:
  virtual ~RunningFunction() = default;

  /// Adds each row to its state and writes the result so far to the same row number of `out`, a
  /// fresh column, so that rows of one group see those before them. One call for a batch. False:
  /// there is no such loop for these arguments, and nothing was done. An overflow under ANSI goes
  /// to context.fail(row, ...).
  virtual bool run(EvalContext& context, std::byte* const* states,
                   const std::vector<ColumnRef>& arguments, Rows rows, Column& out) const = 0;
};

}  // namespace millrace
