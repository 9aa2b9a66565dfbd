#include <algorithm>
#include <bit>
#include <unordered_set>

#include "expressions/bind/constant_folding.hpp"
#include "expressions/kernels/column_loops.hpp"
#include "expressions/kernels/conditional.hpp"
#include "expressions/kernels/kernel_expression.hpp"
#include "expressions/kernels/ordering.hpp"

namespace millrace::kernels {

namespace {

/// Equal values have equal keys: NaN is one, -0.0 is 0.0.
template <class T>
std::uint64_t key_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    const double wide = value == 0 ? 0.0 : static_cast<double>(value);
    return wide != wide ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(wide);
  } else {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  }
}

/// Open addressing, at most half full.
class KeySet {
 public:
  explicit KeySet(const std::vector<std::uint64_t>& keys) {
    const std::size_t size = std::bit_ceil(std::max<std::size_t>(keys.size() * 2, 4));
    slots_.resize(size);
    used_.resize(size);
    for (std::uint64_t key : keys) insert(key);
  }
  bool contains(std::uint64_t key) const {
    for (std::size_t at = start(key); used_[at]; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at] == key) return true;
    return false;
  }

 private:
  std::size_t start(std::uint64_t key) const {
    return (key * 0x9E3779B97F4A7C15u >> 32) & (slots_.size() - 1);
  }
  void insert(std::uint64_t key) {
    std::size_t at = start(key);
    while (used_[at] && slots_[at] != key) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = key;
    used_[at] = 1;
  }

  std::vector<std::uint64_t> slots_;
  std::vector<std::uint8_t> used_;
};

/// Up to this many constants a loop of comparisons is faster than hashing.
constexpr std::size_t kFewConstants = 8;

template <class T>
std::function<void(const Column&, Rows, Column&)> number_probe(const Column& constants) {
  std::vector<T> values(constants.values<T>(), constants.values<T>() + constants.size());
  if (values.size() <= kFewConstants) {
    return [values](const Column& in, Rows rows, Column& out) {
      map_rows<T, std::uint8_t>(in, rows, out, [&](T a) -> std::uint8_t {
        std::uint8_t found = 0;
        for (const T& value : values) found |= equal(a, value);
        return found;
      });
    };
  }
  std::vector<std::uint64_t> keys;
  for (const T& value : values) keys.push_back(key_of(value));
  return [set = KeySet(keys)](const Column& in, Rows rows, Column& out) {
    map_rows<T, std::uint8_t>(
        in, rows, out, [&](T a) -> std::uint8_t { return set.contains(key_of(a)); });
  };
}

std::function<void(const Column&, Rows, Column&)> text_probe(const ColumnRef& constants) {
  const std::string_view* first = constants->values<std::string_view>();
  std::unordered_set<std::string_view> set(first, first + constants->size());
  return [set = std::move(set), constants](const Column& in, Rows rows, Column& out) {
    map_rows<std::string_view, std::uint8_t>(
        in, rows, out,
        [&](std::string_view text) -> std::uint8_t { return set.contains(text); });
  };
}

std::function<void(const Column&, Rows, Column&)> value_probe(const ColumnRef& constants) {
  return [constants](const Column& in, Rows rows, Column& out) {
    std::uint8_t* values = out.mutable_values<std::uint8_t>();
    rows.for_each([&](std::uint32_t row) {
      if (in.is_null(row)) return;
      std::uint8_t found = 0;
      for (std::size_t i = 0; i < constants->size() && !found; ++i)
        found = compare_values(in, row, *constants, i) == 0;
      values[row] = found;
    });
  };
}

std::function<void(const Column&, Rows, Column&)> make_probe(const ColumnRef& constants) {
  switch (constants->type().kind()) {
    case TypeKind::Boolean: return number_probe<std::uint8_t>(*constants);
    case TypeKind::Byte: return number_probe<std::int8_t>(*constants);
    case TypeKind::Short: return number_probe<std::int16_t>(*constants);
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval: return number_probe<std::int32_t>(*constants);
    case TypeKind::Long:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval: return number_probe<std::int64_t>(*constants);
    case TypeKind::Float: return number_probe<float>(*constants);
    case TypeKind::Double: return number_probe<double>(*constants);
    case TypeKind::String:
    case TypeKind::Binary: return text_probe(constants);
    default: return value_probe(constants);
  }
}

/// The pool must outlive the column it made.
struct Constants {
  RecordPool::Owner pool = RecordPool::create();
  ColumnRef column;
  bool has_null = false;
};

std::shared_ptr<Constants> collect(const DataType& type,
                                   const std::vector<BoundExpressionPtr>& constants) {
  auto result = std::make_shared<Constants>();
  result->column = result->pool->make_column(type);
  EvalContext context{*result->pool, 0, {}};
  for (const BoundExpressionPtr& constant : constants) {
    const ColumnRef value = evaluate_constant(*constant, context);
    if (value->is_null(0)) result->has_null = true;
    else result->column->append_from(*value, 0);
  }
  return result;
}

}  // namespace

BoundExpressionPtr make_in_set(BoundExpressionPtr value,
                               const std::vector<BoundExpressionPtr>& constants, bool nullable) {
  auto set = collect(value->type(), constants);
  auto probe = make_probe(set->column);
  return make_unary(
      TypeKind::Boolean, nullable, std::move(value),
      [set, probe](EvalContext& context, const DataType& type, const ColumnRef& in, Rows rows) {
        ColumnRef out = start_result(context, type, rows, *in);
        probe(*in, rows, *out);
        if (set->has_null)
          rows.for_each([&](std::uint32_t row) {
            if (!out->is_null(row) && out->at<std::uint8_t>(row) == 0) out->set_null(row);
          });
        return out;
      },
      Cost::Cheap);
}

}  // namespace millrace::kernels
