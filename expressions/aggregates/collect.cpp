#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/encoded_values.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/aggregates/value_set.hpp"
#include "expressions/keeps_values.hpp"
#include "records/value_encoding.hpp"

#include <cstring>
#include <string>

namespace millrace {

namespace {

DataType list_of(const DataType& element) { return DataType::array(element, false); }

/// collect_list. The state is the encoded values one behind the other.
class CollectList final : public AggregateFunction, public KeepsValues {
 public:
  explicit CollectList(const DataType& element)
      : AggregateFunction(list_of(element), false), KeepsValues(Which::All) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& values = *arguments[0];
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (is_null_at(values, rows[k])) continue;
      std::byte* place =
          states[k]->extend(static_cast<std::uint32_t>(encoded_size(values, rows[k])));
      encode_value(reinterpret_cast<char*>(place), values, rows[k], ValueForm::Exact);
    }
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    into.append(from.data(), from.size());
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    const char* next = reinterpret_cast<const char*>(state.data());
    const char* end = next + state.size();
    std::uint32_t count = 0;
    for (; next != end; ++count) next = decode_value(next, *out.child(0));
    out.append_list(count);
  }
};

/// collect_set, in order of first appearance (Spark gives no order).
class CollectSet final : public AggregateFunction, public KeepsValues {
 public:
  explicit CollectSet(const DataType& element)
      : AggregateFunction(list_of(element), false), KeepsValues(Which::Distinct) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_encoded(*arguments[0], rows, [&](std::uint32_t k, std::string_view value) {
      ValueSet(*states[k]).insert(value);
    });
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    ValueSet set(into);
    ValueSet::for_each(from, [&](std::string_view value) { set.insert(value); });
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    ValueSet::for_each(state,
                       [&](std::string_view value) { decode_value(value.data(), *out.child(0)); });
    out.append_list(ValueSet::size(state));
  }
};

template <class Collect>
Result<AggregateFunctionPtr> bind_collect(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_any, ""}}); !status) return status.error();
  return AggregateFunctionPtr(std::make_shared<Collect>(call.arguments[0]->type()));
}

}  // namespace

void register_collect_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "collect_list", "collect_list(expr)",
                "Array of the values that are not NULL, in the order of the rows.",
                bind_collect<CollectList>, OrderSensitive::Yes);
  registry.add_alias("array_agg", "collect_list");
  add_aggregate(registry, "collect_set", "collect_set(expr)",
                "Array of the values that are not NULL, each once.", bind_collect<CollectSet>,
                OrderSensitive::Yes);
}

}  // namespace millrace
