#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"
#include "records/value_encoding.hpp"

namespace millrace {

namespace {

enum class End { First, Last };
enum class Nulls { Count, Ignore };

/// first, last and any_value. The state is the value, encoded; no bytes while there was no row.
class FirstOrLast final : public AggregateFunction {
 public:
  FirstOrLast(DataType type, End end, Nulls nulls)
      : AggregateFunction(std::move(type), true), end_(end), nulls_(nulls) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& values = *arguments[0];
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (end_ == End::First && states[k]->size() != 0) continue;
      if (nulls_ == Nulls::Ignore && is_null_at(values, rows[k])) continue;
      states[k]->resize(static_cast<std::uint32_t>(encoded_size(values, rows[k])));
      encode_value(reinterpret_cast<char*>(states[k]->data()), values, rows[k], ValueForm::Exact);
    }
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    if (from.size() == 0 || (end_ == End::First && into.size() != 0)) return;
    into.resize(0);
    into.append(from.data(), from.size());
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    if (state.size() == 0) return out.append_null();
    decode_value(reinterpret_cast<const char*>(state.data()), out);
  }

 private:
  const End end_;
  const Nulls nulls_;
};

template <End kEnd>
Result<AggregateFunctionPtr> bind_end(const FunctionCall& call) {
  if (call.arguments.empty() || call.arguments.size() > 2)
    return wrong_num_arguments(call, "[1, 2]");
  Nulls nulls = Nulls::Count;
  if (call.arguments.size() == 2) {
    const std::optional<bool> ignore = literal_boolean(*call.arguments[1]);
    if (!ignore) return unexpected_input_type(call, 1, "\"BOOLEAN\"");
    if (*ignore) nulls = Nulls::Ignore;
  }
  return AggregateFunctionPtr(
      std::make_shared<FirstOrLast>(call.arguments[0]->type(), kEnd, nulls));
}

}  // namespace

void register_first_last_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "first", "first(expr[, ignoreNulls])",
                "Value of the first row; with ignoreNulls, the first that is not NULL.",
                bind_end<End::First>, OrderSensitive::Yes);
  registry.add_alias("first_value", "first");
  add_aggregate(registry, "any_value", "any_value(expr[, ignoreNulls])", "Value of some row.",
                bind_end<End::First>, OrderSensitive::Yes);
  add_aggregate(registry, "last", "last(expr[, ignoreNulls])",
                "Value of the last row; with ignoreNulls, the last that is not NULL.",
                bind_end<End::Last>, OrderSensitive::Yes);
  registry.add_alias("last_value", "last");
}

}  // namespace millrace
