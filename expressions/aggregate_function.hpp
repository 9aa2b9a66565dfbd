#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "expressions/bound_expression.hpp"
#include "records/state_bytes.hpp"

namespace millrace {

/// One aggregate call bound to its argument types. Immutable; the state of each group lies in a state
/// table as plain bytes, so that checkpoints need no code here. A function is either *fixed* (its
/// state has `state_size()` bytes, zero bytes are the empty state) or *growing* (state_size() == 0,
/// state in a `StateBytes`, no bytes are the empty state). It overrides the pair that fits.
class AggregateFunction {
 public:
  AggregateFunction(DataType result_type, bool nullable)
      : result_type_(std::move(result_type)), nullable_(nullable) {}
  virtual ~AggregateFunction() = default;

  const DataType& result_type() const { return result_type_; }
  bool nullable() const { return nullable_; }
  virtual std::size_t state_size() const = 0;
  /// Alignment is 16. `states[k]` belongs to row `rows[k]`; `arguments` are the evaluated arguments.
  /// One call for a batch: no virtual call per record.
  virtual void update(EvalContext&, std::byte* const* /*states*/,
                      const std::vector<ColumnRef>& /*arguments*/, Rows) const {}
  virtual void update(EvalContext&, StateBytes* const* /*states*/,
                      const std::vector<ColumnRef>& /*arguments*/, Rows) const {}
  /// Adds the state `from` to `into`: partial aggregates, shared slices.
  virtual void merge(std::byte* /*into*/, const std::byte* /*from*/) const {}
  virtual void merge(StateBytes& /*into*/, const StateBytes& /*from*/) const {}
  /// Appends the result of one group. An overflow under ANSI goes to context.fail(out.size(), ...).
  virtual void finish(EvalContext&, const std::byte* /*state*/, Column& /*out*/) const {}
  virtual void finish(EvalContext&, const StateBytes& /*state*/, Column& /*out*/) const {}

 private:
  DataType result_type_;
  bool nullable_;
};

using AggregateFunctionPtr = std::shared_ptr<const AggregateFunction>;

}  // namespace millrace
