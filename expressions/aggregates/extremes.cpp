#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "records/sort_key.hpp"
#include "records/value_encoding.hpp"

#include <cstring>
#include <string>

namespace millrace {

namespace {

enum class Extreme { Least, Greatest };

/// NaN is above every number and equal to itself.
template <class T>
bool is_less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a < b || (b != b && a == a);
  else
    return a < b;
}

template <class T>
struct Best {
  T value;
  std::int64_t is_set;
};

/// min and max of values that have a fixed width.
template <class T, Extreme kWhich>
class FixedExtreme final : public FixedAggregate<Best<T>>, public RunningFunction {
  using Self = FixedAggregate<Best<T>>;

 public:
  explicit FixedExtreme(DataType type) : Self(std::move(type), true) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_valid<T>(*arguments[0], rows,
                      [&](std::uint32_t k, T value) { consider(Self::state(states[k]), value); });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    if (Self::state(from).is_set) consider(Self::state(into), Self::state(from).value);
  }
  void finish(EvalContext&, const std::byte* bytes, Column& out) const override {
    const Best<T>& best = Self::state(bytes);
    best.is_set ? out.append(best.value) : out.append_null();
  }
  bool run(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
           Rows rows, Column& out) const override {
    out.resize(rows.end());
    for_each_in_turn<T>(
        *arguments[0], rows,
        [&](std::uint32_t k, T value) { consider(Self::state(states[k]), value); },
        [&](std::uint32_t k) { put(Self::state(states[k]), out, rows[k]); });
    return true;
  }

 private:
  static void consider(Best<T>& best, T value) {
    const bool is_better =
        kWhich == Extreme::Least ? is_less(value, best.value) : is_less(best.value, value);
    if (best.is_set && !is_better) return;
    best.value = value;
    best.is_set = 1;
  }
  static void put(const Best<T>& best, Column& out, std::uint32_t row) {
    out.template mutable_values<T>()[row] = best.value;
    if (!best.is_set) out.set_null(row);
  }
};

/// min_by and max_by; min and max of strings and nested values, which are their own key. The state
/// is the size of the key, a sort key, and the value. Of equal keys the later one wins, as in
/// Spark.
class ExtremeBy final : public AggregateFunction {
 public:
  ExtremeBy(DataType type, Extreme which)
      : AggregateFunction(std::move(type), true), which_(which) {}
  std::size_t state_size() const override { return 0; }

  void update(EvalContext&, StateBytes* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    const Column& values = *arguments.front();
    const Column& keys = *arguments.back();
    std::string key;
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      if (is_null_at(keys, rows[k])) continue;
      key.clear();
      append_sort_key(key, keys, rows[k], {});
      if (is_kept(*states[k], key)) continue;
      set_key(*states[k], key, encoded_size(values, rows[k]));
      encode_value(value_of(*states[k]), values, rows[k], ValueForm::Exact);
    }
  }
  void merge(StateBytes& into, const StateBytes& from) const override {
    if (from.size() == 0 || is_kept(into, key_of(from))) return;
    into.resize(from.size());
    std::memcpy(into.data(), from.data(), from.size());
  }
  void finish(EvalContext&, const StateBytes& state, Column& out) const override {
    if (state.size() == 0) return out.append_null();
    decode_value(reinterpret_cast<const char*>(state.data()) + kSize + key_of(state).size(), out);
  }

 private:
  static constexpr std::size_t kSize = sizeof(std::uint32_t);

  static std::string_view key_of(const StateBytes& state) {
    std::uint32_t size = 0;
    std::memcpy(&size, state.data(), kSize);
    return {reinterpret_cast<const char*>(state.data()) + kSize, size};
  }
  static char* value_of(StateBytes& state) {
    return reinterpret_cast<char*>(state.data()) + kSize + key_of(state).size();
  }
  static void set_key(StateBytes& state, const std::string& key, std::size_t value_size) {
    const auto size = static_cast<std::uint32_t>(key.size());
    state.resize(static_cast<std::uint32_t>(kSize + size + value_size));
    std::memcpy(state.data(), &size, kSize);
    std::memcpy(state.data() + kSize, key.data(), size);
  }
  /// True when the key in the state is better than `key`.
  bool is_kept(const StateBytes& state, std::string_view key) const {
    if (state.size() == 0) return false;
    return which_ == Extreme::Least ? key_of(state) < key : key_of(state) > key;
  }

  const Extreme which_;
};

template <Extreme kWhich>
AggregateFunctionPtr make_extreme(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Boolean: return std::make_shared<FixedExtreme<std::uint8_t, kWhich>>(type);
    case TypeKind::Byte: return std::make_shared<FixedExtreme<std::int8_t, kWhich>>(type);
    case TypeKind::Short: return std::make_shared<FixedExtreme<std::int16_t, kWhich>>(type);
    case TypeKind::Int:
    case TypeKind::Date:
    case TypeKind::YearMonthInterval:
      return std::make_shared<FixedExtreme<std::int32_t, kWhich>>(type);
    case TypeKind::Long:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz:
    case TypeKind::DayTimeInterval:
      return std::make_shared<FixedExtreme<std::int64_t, kWhich>>(type);
    case TypeKind::Float: return std::make_shared<FixedExtreme<float, kWhich>>(type);
    case TypeKind::Double: return std::make_shared<FixedExtreme<double, kWhich>>(type);
    case TypeKind::Decimal: return std::make_shared<FixedExtreme<Int128, kWhich>>(type);
    default: return std::make_shared<ExtremeBy>(type, kWhich);
  }
}

template <Extreme kWhich>
Result<AggregateFunctionPtr> bind_extreme(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_orderable, "\"ORDERABLE\""}}); !status)
    return status.error();
  return make_extreme<kWhich>(call.arguments[0]->type());
}

template <Extreme kWhich>
Result<AggregateFunctionPtr> bind_extreme_by(const FunctionCall& call) {
  if (auto status = check_arguments(call, {{is_any, ""}, {is_orderable, "\"ORDERABLE\""}}); !status)
    return status.error();
  return AggregateFunctionPtr(std::make_shared<ExtremeBy>(call.arguments[0]->type(), kWhich));
}

}  // namespace

void register_extreme_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "min", "min(expr)", "Least value; NULL when there are none.",
                bind_extreme<Extreme::Least>);
  add_aggregate(registry, "max", "max(expr)", "Greatest value; NULL when there are none.",
                bind_extreme<Extreme::Greatest>);
  add_aggregate(registry, "min_by", "min_by(value, key)", "Value of the row with the least key.",
                bind_extreme_by<Extreme::Least>, OrderSensitive::Yes);
  add_aggregate(registry, "max_by", "max_by(value, key)", "Value of the row with the greatest key.",
                bind_extreme_by<Extreme::Greatest>, OrderSensitive::Yes);
}

}  // namespace millrace
