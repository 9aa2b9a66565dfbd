#define XXH_INLINE_ALL
#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/hyper_log_log.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/functions/function_errors.hpp"
#include "records/fixed_values.hpp"

#include <xxhash.h>

#include <bit>

namespace millrace {

namespace {

constexpr std::uint64_t kSeed = 42;
constexpr double kDefaultDeviation = 0.05;
constexpr int kLongDigits = 18;

template <class T>
std::uint64_t hash_bytes(T value, std::uint64_t seed) {
  return XXH64(&value, sizeof value, seed);
}

/// The two's complement of a wide decimal, big end first, in as few bytes as will do.
std::uint64_t hash_wide(Int128 value, std::uint64_t seed) {
  unsigned char bytes[16];
  for (int i = 0; i < 16; ++i) bytes[i] = static_cast<unsigned char>(value >> (120 - 8 * i));
  int start = 0;
  const unsigned char fill = value < 0 ? 0xff : 0;
  while (start < 15 && bytes[start] == fill && (bytes[start + 1] >> 7) == (fill >> 7)) ++start;
  return XXH64(bytes + start, static_cast<std::size_t>(16 - start), seed);
}

std::uint64_t hash_value(const Column& column, std::size_t row, std::uint64_t seed);

std::uint64_t hash_nested(const Column& column, std::size_t row, std::uint64_t seed) {
  if (column.type().kind() == TypeKind::Struct) {
    for (std::size_t c = 0; c < column.num_children(); ++c)
      seed = hash_value(*column.child(c), row, seed);
    return seed;
  }
  const ListSlot list = column.at<ListSlot>(row);
  for (std::uint32_t e = 0; e < list.size; ++e)
    for (std::size_t c = 0; c < column.num_children(); ++c)
      seed = hash_value(*column.child(c), list.offset + e, seed);
  return seed;
}

/// Spark's xxhash64 of one value: narrow integers count as int, NULL leaves the seed as it is.
std::uint64_t hash_value(const Column& column, std::size_t row, std::uint64_t seed) {
  if (is_null_at(column, row)) return seed;
  row &= column.index_mask();
  const DataType& type = column.type();
  switch (type.kind()) {
    case TypeKind::Boolean: return hash_bytes<std::int32_t>(column.at<std::uint8_t>(row), seed);
    case TypeKind::Byte: return hash_bytes<std::int32_t>(column.at<std::int8_t>(row), seed);
    case TypeKind::Short: return hash_bytes<std::int32_t>(column.at<std::int16_t>(row), seed);
    case TypeKind::Float: return hash_bytes(canonical(column.at<float>(row)), seed);
    case TypeKind::Double: return hash_bytes(canonical(column.at<double>(row)), seed);
    case TypeKind::Decimal: {
      const Int128 value = column.at<Int128>(row);
      return type.precision() <= kLongDigits ? hash_bytes(static_cast<std::int64_t>(value), seed)
                                             : hash_wide(value, seed);
    }
    default: break;
  }
  if (type.is_nested()) return hash_nested(column, row, seed);
  if (type.is_bytes()) {
    const std::string_view bytes = column.at<std::string_view>(row);
    return XXH64(bytes.data(), bytes.size(), seed);
  }
  return XXH64(column.values<char>() + row * type.width(), type.width(), seed);
}

class ApproxCountDistinct final : public AggregateFunction {
 public:
  explicit ApproxCountDistinct(int precision)
      : AggregateFunction(TypeKind::Long, false), sketch_(precision) {}
  std::size_t state_size() const override { return sketch_.num_registers(); }

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& values = *arguments[0];
    for (std::uint32_t k = 0; k < rows.size(); ++k)
      if (!is_null_at(values, rows[k]))
        sketch_.add(registers(states[k]), hash_value(values, rows[k], kSeed));
  }
  void merge(std::byte* into, const std::byte* from) const override {
    sketch_.merge(registers(into), reinterpret_cast<const std::uint8_t*>(from));
  }
  void finish(EvalContext&, const std::byte* state, Column& out) const override {
    out.append(sketch_.estimate(reinterpret_cast<const std::uint8_t*>(state)));
  }

 private:
  static std::uint8_t* registers(std::byte* state) {
    return reinterpret_cast<std::uint8_t*>(state);
  }

  const HyperLogLog sketch_;
};

Result<AggregateFunctionPtr> bind_approx_count_distinct(const FunctionCall& call) {
  if (call.arguments.empty() || call.arguments.size() > 2)
    return wrong_num_arguments(call, "[1, 2]");
  double deviation = kDefaultDeviation;
  if (call.arguments.size() == 2) {
    const std::optional<double> given = literal_double(*call.arguments[1]);
    if (!given || *given <= 0) return unexpected_input_type(call, 1, "\"DOUBLE\"");
    deviation = *given;
  }
  return AggregateFunctionPtr(
      std::make_shared<ApproxCountDistinct>(HyperLogLog::precision_for(deviation)));
}

}  // namespace

void register_approx_count_distinct(FunctionRegistry& registry) {
  add_aggregate(registry, "approx_count_distinct", "approx_count_distinct(expr[, relativeSD])",
                "Estimated number of distinct values that are not NULL.",
                bind_approx_count_distinct);
}

}  // namespace millrace
