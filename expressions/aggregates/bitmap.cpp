#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"

#include <algorithm>
#include <cstring>

// Bitmaps of 32768 bits, by which distinct numbers are counted exactly in two steps: grouped by
// bitmap_bucket_number, then added up over bitmap_count.
namespace millrace {

namespace {

constexpr std::uint32_t kNumBytes = 4096;
constexpr std::int64_t kNumBits = 8 * kNumBytes;

/// The state is empty or has all bytes.
std::byte* bytes_of(StateBytes& state, std::byte initial) {
  if (state.size() == 0) std::fill_n(state.extend(kNumBytes), kNumBytes, initial);
  return state.data();
}

void append_bitmap(const StateBytes& state, std::byte initial, Column& out) {
  if (state.size() == 0)
    return out.append_bytes(std::string(kNumBytes, static_cast<char>(initial)));
  out.append_bytes({reinterpret_cast<const char*>(state.data()), state.size()});
}

enum class Combine { Or, And };

/// What the three functions share: merge and result.
template <Combine kCombine>
class BitmapAggregate : public AggregateFunction {
 public:
  BitmapAggregate() : AggregateFunction(TypeKind::Binary, false) {}
  std::size_t state_size() const override { return 0; }
  void merge(StateBytes& into, const StateBytes& from) const override {
    if (from.size() != 0)
      combine(into, {reinterpret_cast<const char*>(from.data()), from.size()});
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    append_bitmap(state, kInitial, out);
  }

 protected:
  static constexpr std::byte kInitial{kCombine == Combine::Or ? 0x00 : 0xFF};

  /// A shorter bitmap ends with zeros.
  static void combine(StateBytes& state, std::string_view bitmap) {
    std::byte* bytes = bytes_of(state, kInitial);
    for (std::uint32_t i = 0; i < kNumBytes; ++i) {
      const auto other = static_cast<std::byte>(i < bitmap.size() ? bitmap[i] : '\0');
      if constexpr (kCombine == Combine::Or) bytes[i] |= other;
      else bytes[i] &= other;
    }
  }
};

class BitmapConstruct final : public BitmapAggregate<Combine::Or> {
 public:
  void update(EvalContext& context, StateBytes* const* states,
              const std::vector<ColumnRef>& arguments, Rows rows) const override {
    const auto set = [&](std::uint32_t k, std::int64_t position) {
      if (position < 0 || position >= kNumBits)
        return context.fail(rows[k], invalid_position(position));
      bytes_of(*states[k], kInitial)[position / 8] |= std::byte(1u << (position % 8));
    };
    with_number_type(arguments[0]->type(), [&]<class T>(T*) {
      for_each_valid<T>(*arguments[0], rows, [&](std::uint32_t k, T value) {
        set(k, static_cast<std::int64_t>(value));
      });
    });
  }

 private:
  static Error invalid_position(std::int64_t position) {
    return row_error("INVALID_BITMAP_POSITION", "22003",
                     "The 0-indexed bitmap position " + std::to_string(position) +
                         " is out of bounds. The bitmap has " + std::to_string(kNumBits) + " bits (" +
                         std::to_string(kNumBytes) + " bytes).");
  }
};

template <Combine kCombine>
class BitmapCombine final : public BitmapAggregate<kCombine> {
 public:
  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_valid<std::string_view>(
        *arguments[0], rows,
        [&](std::uint32_t k, std::string_view bitmap) { this->combine(*states[k], bitmap); });
  }
};

bool is_integral(const DataType& type) { return type.is_integral(); }
bool is_binary(const DataType& type) { return type.kind() == TypeKind::Binary; }

Result<AggregateFunctionPtr> bind_construct(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_integral, "\"BIGINT\""}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<BitmapConstruct>());
}

template <Combine kCombine>
Result<AggregateFunctionPtr> bind_combine(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_binary, "\"BINARY\""}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<BitmapCombine<kCombine>>());
}

}  // namespace

void register_bitmap_aggregates(FunctionRegistry& registry) {
  add_aggregate(registry, "bitmap_construct_agg", "bitmap_construct_agg(position)",
                "Bitmap with the bits at these positions, 0 to 32767.", bind_construct);
  add_aggregate(registry, "bitmap_or_agg", "bitmap_or_agg(bitmap)",
                "Bits that some bitmap has.", bind_combine<Combine::Or>);
  add_aggregate(registry, "bitmap_and_agg", "bitmap_and_agg(bitmap)",
                "Bits that every bitmap has.", bind_combine<Combine::And>);
}

}  // namespace millrace
