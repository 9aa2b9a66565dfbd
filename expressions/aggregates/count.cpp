#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/arguments.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/running_function.hpp"

namespace millrace {

namespace {

std::int64_t& counter(std::byte* state) { return *reinterpret_cast<std::int64_t*>(state); }

/// A function whose state is one count.
class Counting : public AggregateFunction {
 public:
  Counting() : AggregateFunction(TypeKind::Long, false) {}
  std::size_t state_size() const override { return sizeof(std::int64_t); }
  void merge(std::byte* into, const std::byte* from) const override {
    counter(into) += *reinterpret_cast<const std::int64_t*>(from);
  }
  void finish(EvalContext&, const std::byte* state, Column& out) const override {
    out.append(*reinterpret_cast<const std::int64_t*>(state));
  }
};

/// count(*), and count(a, b): rows in which no argument is NULL.
class Count final : public Counting, public RunningFunction {
 public:
  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    bool has_nulls = false;
    for (const ColumnRef& argument : arguments) has_nulls |= may_be_null(*argument);
    if (!has_nulls) {
      for (std::uint32_t k = 0; k < rows.size(); ++k) ++counter(states[k]);
      return;
    }
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      counter(states[k]) += no_argument_is_null(arguments, rows[k]);
  }
  bool run(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
           Rows rows, Column& out) const override {
    out.resize(rows.end());
    auto* results = out.mutable_values<std::int64_t>();
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      results[rows[k]] = counter(states[k]) += no_argument_is_null(arguments, rows[k]);
    return true;
  }
};

/// count_if(condition)
class CountIf final : public Counting {
 public:
  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& condition = *arguments[0];
    if (condition.type().is_null()) return;
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      counter(states[k]) += !condition.is_null(rows[k]) && condition.at<std::uint8_t>(rows[k]) != 0;
  }
};

Result<AggregateFunctionPtr> bind_count(const FunctionCall& /*call*/) {
  return AggregateFunctionPtr(std::make_shared<Count>());
}

Result<AggregateFunctionPtr> bind_count_if(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_boolean, "BOOLEAN"}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<CountIf>());
}

}  // namespace

void register_count_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "count", "count(*) | count(expr[, ...])",
                "Number of rows, or of rows in which no argument is NULL.", bind_count);
  add_aggregate(registry, "count_if", "count_if(condition)",
                "Number of rows for which the condition is true.", bind_count_if);
}

}  // namespace millrace
