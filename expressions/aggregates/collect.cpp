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

  /// Neighbours mostly go to one state, which then takes them at once.
  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& values = *arguments[0];
    std::vector<std::uint32_t> together;
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (!is_null_at(values, rows[k])) together.push_back(rows[k]);
      const bool is_last = k + 1 == rows.size() || states[k + 1] != states[k];
      if (!is_last) continue;
      append(*states[k], values, together);
      together.clear();
    }
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    into.append(from.data(), from.size());
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    const std::string_view bytes(reinterpret_cast<const char*>(state.data()), state.size());
    out.append_list(decode_values(bytes, *out.child(0)));
  }

 private:
  static void append(StateBytes& state, const Column& values,
                     const std::vector<std::uint32_t>& rows) {
    if (rows.size() == 1) return append(state, values, rows[0]);
    const Rows listed = Rows::listed(rows.data(), static_cast<std::uint32_t>(rows.size()));
    std::byte* place = state.extend(static_cast<std::uint32_t>(encoded_size(values, listed)));
    encode_values(reinterpret_cast<char*>(place), values, listed, ValueForm::Exact);
  }
  static void append(StateBytes& state, const Column& values, std::uint32_t row) {
    std::byte* place = state.extend(static_cast<std::uint32_t>(encoded_size(values, row)));
    encode_value(reinterpret_cast<char*>(place), values, row, ValueForm::Exact);
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
