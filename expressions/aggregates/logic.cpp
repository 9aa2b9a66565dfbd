#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"

namespace millrace {

namespace {

struct Seen {
  std::uint32_t has_true;
  std::uint32_t has_false;
};

enum class Logic { And, Or };

/// bool_and and bool_or over the values that are not NULL.
template <Logic kLogic>
class BooleanAggregate final : public FixedAggregate<Seen> {
 public:
  BooleanAggregate() : FixedAggregate(TypeKind::Boolean, true) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_valid<std::uint8_t>(*arguments[0], rows, [&](std::uint32_t k, std::uint8_t value) {
      (value ? state(states[k]).has_true : state(states[k]).has_false) = 1;
    });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    state(into).has_true |= state(from).has_true;
    state(into).has_false |= state(from).has_false;
  }
  void finish(EvalContext&, const std::byte* bytes, Column& out) const override {
    const Seen& seen = state(bytes);
    if (!seen.has_true && !seen.has_false) return out.append_null();
    out.append(static_cast<std::uint8_t>(kLogic == Logic::And ? !seen.has_false : seen.has_true));
  }
};

template <Logic kLogic>
Result<AggregateFunctionPtr> bind_boolean(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_boolean, "\"BOOLEAN\""}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<BooleanAggregate<kLogic>>());
}

}  // namespace

void register_logic_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "bool_and", "bool_and(expr)", "True when every value is true.",
                bind_boolean<Logic::And>);
  registry.add_alias("every", "bool_and");
  add_aggregate(registry, "bool_or", "bool_or(expr)", "True when some value is true.",
                bind_boolean<Logic::Or>);
  registry.add_alias("some", "bool_or");
  registry.add_alias("any", "bool_or");
}

}  // namespace millrace
