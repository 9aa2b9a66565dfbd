#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"

namespace millrace {

namespace {

struct Bits {
  std::int64_t bits;
  std::int64_t is_set;
};

enum class BitOperation { And, Or, Xor };

bool is_integral(const DataType& type) { return type.is_integral(); }

/// bit_and, bit_or and bit_xor of the values that are not NULL.
template <BitOperation kOperation>
class BitwiseAggregate final : public FixedAggregate<Bits> {
 public:
  explicit BitwiseAggregate(DataType type) : FixedAggregate(std::move(type), true) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    with_number_type(result_type(), [&]<class T>(T*) {
      for_each_valid<T>(*arguments[0], rows, [&](std::uint32_t k, T value) {
        add(state(states[k]), static_cast<std::int64_t>(value));
      });
    });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    if (state(from).is_set) add(state(into), state(from).bits);
  }
  void finish(EvalContext&, const std::byte* bytes, Column& out) const override {
    const Bits& all = state(bytes);
    if (!all.is_set) return out.append_null();
    with_number_type(result_type(), [&]<class T>(T*) { out.append(static_cast<T>(all.bits)); });
  }

 private:
  static void add(Bits& all, std::int64_t value) {
    if (!all.is_set) all.bits = value;
    else if constexpr (kOperation == BitOperation::And) all.bits &= value;
    else if constexpr (kOperation == BitOperation::Or) all.bits |= value;
    else all.bits ^= value;
    all.is_set = 1;
  }
};

template <BitOperation kOperation>
Result<AggregateFunctionPtr> bind_bits(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_integral, "\"INTEGRAL\""}}); !status)
    return status.error();
  const DataType& type = call.arguments[0]->type();
  return AggregateFunctionPtr(std::make_shared<BitwiseAggregate<kOperation>>(type));
}

}  // namespace

void register_bitwise_aggregates(FunctionRegistry& registry) {
  add_aggregate(registry, "bit_and", "bit_and(expr)", "Bits that every value has.",
                bind_bits<BitOperation::And>);
  add_aggregate(registry, "bit_or", "bit_or(expr)", "Bits that some value has.",
                bind_bits<BitOperation::Or>);
  add_aggregate(registry, "bit_xor", "bit_xor(expr)", "Bits that an odd number of values has.",
                bind_bits<BitOperation::Xor>);
}

}  // namespace millrace
