#pragma once

#include "expressions/aggregates/states.hpp"

#include <optional>

namespace millrace {

/// An aggregate that gives one DOUBLE for what its groups have gathered; no number means NULL. `State` has
/// `add(const State&)`, which takes over what another one gathered.
template <class State>
class Statistic : public FixedAggregate<State> {
 public:
  using Finish = std::optional<double> (*)(const State&);

  explicit Statistic(Finish finish) : FixedAggregate<State>(TypeKind::Double, true), finish_(finish) {}

  void merge(std::byte* into, const std::byte* from) const final {
    this->state(into).add(this->state(from));
  }
  void finish(EvalContext&, const std::byte* bytes, Column& out) const final {
    const std::optional<double> result = finish_(this->state(bytes));
    result ? out.append(*result) : out.append_null();
  }

 private:
  const Finish finish_;
};

}  // namespace millrace
