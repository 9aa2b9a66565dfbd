#pragma once

#include "expressions/aggregate_function.hpp"

#include <cstdint>

namespace millrace {

/// What a growing aggregate function is too when several calls of it, with the same arguments and other
/// FILTERs, may keep one state: what is in it once, and for which of the calls. Immutable, as the function
/// itself.
class SharedFunction {
 public:
  static constexpr std::uint32_t kMostCalls = 32;

  virtual ~SharedFunction() = default;

  /// The same function for so many calls, numbered from 0. Requires: num_calls <= kMostCalls.
  virtual AggregateFunctionPtr for_calls(std::uint32_t num_calls) const = 0;
  /// `states[k]` belongs to row `rows[k]`, which call i takes where bit i of `calls[k]` is set.
  virtual void update_calls(StateBytes* const* states, const std::uint32_t* calls,
                            const std::vector<ColumnRef>& arguments, Rows rows) const = 0;
  /// Appends the result of one call for one group.
  virtual void finish_call(const StateBytes& state, std::uint32_t call, Column& out) const = 0;
};

}  // namespace millrace
