#include "expressions/aggregates/aggregates.hpp"
#include "expressions/aggregates/states.hpp"
#include "expressions/expression_errors.hpp"

namespace millrace {

namespace {

enum class OnOverflow { Wrap, Null, Fail };

struct LongSum {
  std::int64_t sum;
  std::uint32_t has_value;
  std::uint32_t overflowed;
};

/// Sum of integers (a bigint) or of intervals (their own type).
class SumIntegers final : public FixedAggregate<LongSum>, public RunningFunction {
 public:
  SumIntegers(DataType result, OnOverflow on_overflow)
      : FixedAggregate(std::move(result), true), on_overflow_(on_overflow) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    with_number_type(arguments[0]->type(), [&]<class T>(T*) {
      for_each_valid<T>(*arguments[0], rows, [&](std::uint32_t k, T value) {
        add(state(states[k]), static_cast<std::int64_t>(value));
      });
    });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    if (!state(from).has_value) return;
    add(state(into), state(from).sum);
    state(into).overflowed |= state(from).overflowed;
  }
  void finish(EvalContext& context, const std::byte* bytes, Column& out) const override {
    const LongSum& result = state(bytes);
    const bool is_narrow = out.type().kind() == TypeKind::YearMonthInterval;
    const bool overflowed =
        result.overflowed || (is_narrow && result.sum != static_cast<std::int32_t>(result.sum));
    if (overflowed && on_overflow_ == OnOverflow::Fail)
      context.fail(static_cast<std::uint32_t>(out.size()), arithmetic_overflow("try_add"));
    const bool is_lost = overflowed && on_overflow_ != OnOverflow::Wrap;
    if (!result.has_value || is_lost) return out.append_null();
    is_narrow ? out.append(static_cast<std::int32_t>(result.sum)) : out.append(result.sum);
  }
  bool run(EvalContext& context, std::byte* const* states, const std::vector<ColumnRef>& arguments,
           Rows rows, Column& out) const override {
    if (out.type().kind() == TypeKind::YearMonthInterval) return false;
    out.resize(rows.end());
    with_number_type(arguments[0]->type(), [&]<class T>(T*) {
      for_each_in_turn<T>(
          *arguments[0], rows,
          [&](std::uint32_t k, T value) {
            add(state(states[k]), static_cast<std::int64_t>(value));
          },
          [&](std::uint32_t k) { put(context, state(states[k]), out, rows[k]); });
    });
    return true;
  }

 private:
  static void add(LongSum& to, std::int64_t value) {
    to.overflowed |= __builtin_add_overflow(to.sum, value, &to.sum);
    to.has_value = 1;
  }
  void put(EvalContext& context, const LongSum& total, Column& out, std::uint32_t row) const {
    out.mutable_values<std::int64_t>()[row] = total.sum;
    if (total.has_value && !total.overflowed) [[likely]]
      return;
    if (total.overflowed && on_overflow_ == OnOverflow::Fail)
      context.fail(row, arithmetic_overflow("try_add"));
    if (!total.has_value || on_overflow_ != OnOverflow::Wrap) out.set_null(row);
  }

  const OnOverflow on_overflow_;
};

struct DoubleSum {
  double sum;
  std::int64_t count;
};

/// Sum, or average, of numbers as doubles.
template <bool kIsAverage>
class SumDoubles final : public FixedAggregate<DoubleSum>, public RunningFunction {
 public:
  SumDoubles() : FixedAggregate(TypeKind::Double, true) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_double(*arguments[0], rows, [&](std::uint32_t k, double value) {
      state(states[k]).sum += value;
      ++state(states[k]).count;
    });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    state(into).sum += state(from).sum;
    state(into).count += state(from).count;
  }
  void finish(EvalContext&, const std::byte* bytes, Column& out) const override {
    const DoubleSum& total = state(bytes);
    if (total.count == 0) return out.append_null();
    out.append(result_of(total));
  }
  bool run(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
           Rows rows, Column& out) const override {
    const DataType& type = arguments[0]->type();
    if (type.is_null() || type.kind() == TypeKind::Decimal) return false;
    out.resize(rows.end());
    with_number_type(type, [&]<class T>(T*) {
      for_each_in_turn<T>(
          *arguments[0], rows,
          [&](std::uint32_t k, T value) {
            state(states[k]).sum += static_cast<double>(value);
            ++state(states[k]).count;
          },
          [&](std::uint32_t k) { put(state(states[k]), out, rows[k]); });
    });
    return true;
  }

 private:
  static double result_of(const DoubleSum& total) {
    return kIsAverage ? total.sum / static_cast<double>(total.count) : total.sum;
  }
  static void put(const DoubleSum& total, Column& out, std::uint32_t row) {
    out.mutable_values<double>()[row] = result_of(total);
    if (total.count == 0) out.set_null(row);
  }
};

struct DecimalSum {
  Int128 sum;
  std::int64_t count;
  std::int64_t overflowed;
};

/// Sum of decimals with 10 more digits; average with 4 more digits and 4 more places.
class SumDecimals final : public FixedAggregate<DecimalSum>, public RunningFunction {
 public:
  enum class Kind { Sum, Average };
  SumDecimals(Kind kind, const DataType& argument, OnOverflow on_overflow)
      : FixedAggregate(result_of(kind, argument), true),
        kind_(kind),
        sum_type_(bounded(argument.precision() + 10, argument.scale())),
        on_overflow_(on_overflow) {}

  void update(EvalContext&, std::byte* const* states, const std::vector<ColumnRef>& arguments,
              Rows rows) const override {
    for_each_valid<Int128>(*arguments[0], rows, [&](std::uint32_t k, Int128 value) {
      add(state(states[k]), value);
      ++state(states[k]).count;
    });
  }
  void merge(std::byte* into, const std::byte* from) const override {
    add(state(into), state(from).sum);
    state(into).count += state(from).count;
    state(into).overflowed |= state(from).overflowed;
  }
  void finish(EvalContext& context, const std::byte* bytes, Column& out) const override {
    const DecimalSum& total = state(bytes);
    if (total.count == 0) return out.append_null();
    if (const std::optional<Int128> result = result_of(total)) return out.append(*result);
    if (on_overflow_ == OnOverflow::Fail)
      context.fail(static_cast<std::uint32_t>(out.size()), overflow());
    out.append_null();
  }
  bool run(EvalContext& context, std::byte* const* states, const std::vector<ColumnRef>& arguments,
           Rows rows, Column& out) const override {
    out.resize(rows.end());
    for_each_in_turn<Int128>(
        *arguments[0], rows,
        [&](std::uint32_t k, Int128 value) {
          add(state(states[k]), value);
          ++state(states[k]).count;
        },
        [&](std::uint32_t k) { put(context, state(states[k]), out, rows[k]); });
    return true;
  }

 private:
  static DataType bounded(int precision, int scale) {
    return DataType::decimal(std::min(precision, kMaxDecimalPrecision),
                             std::min(scale, kMaxDecimalPrecision));
  }
  static DataType result_of(Kind kind, const DataType& argument) {
    return kind == Kind::Sum ? bounded(argument.precision() + 10, argument.scale())
                             : bounded(argument.precision() + 4, argument.scale() + 4);
  }
  static void add(DecimalSum& to, Int128 value) {
    to.overflowed |= __builtin_add_overflow(to.sum, value, &to.sum);
  }
  /// Nothing when it has too many digits.
  std::optional<Int128> result_of(const DecimalSum& total) const {
    if (total.overflowed || count_digits(total.sum) > sum_type_.precision()) return std::nullopt;
    if (kind_ == Kind::Sum) return total.sum;
    return compute_decimal(DecimalOperation::Divide, total.sum, sum_type_.scale(), total.count, 0,
                           result_type());
  }
  void put(EvalContext& context, const DecimalSum& total, Column& out, std::uint32_t row) const {
    const auto result = total.count == 0 ? std::nullopt : result_of(total);
    if (result) {
      out.mutable_values<Int128>()[row] = *result;
      return;
    }
    if (total.count != 0 && on_overflow_ == OnOverflow::Fail) context.fail(row, overflow());
    out.set_null(row);
  }
  Error overflow() const {
    Error error = arithmetic_overflow(kind_ == Kind::Sum ? "try_sum" : "try_avg");
    error.message = "Overflow in sum of decimals. " + error.message.substr(sizeof "overflow. " - 1);
    return error;
  }

  const Kind kind_;
  const DataType sum_type_;
  const OnOverflow on_overflow_;
};

bool is_summable(const DataType& type) {
  return type.is_numeric() || type.kind() == TypeKind::DayTimeInterval ||
         type.kind() == TypeKind::YearMonthInterval;
}

constexpr const char* kSummable = "\"NUMERIC\" or \"ANSI INTERVAL\"";

Result<AggregateFunctionPtr> bind_sum(const FunctionCall& call, OnOverflow on_overflow) {
  if (auto status = check_arguments(call, {{is_summable, kSummable}}); !status)
    return status.error();
  const DataType& type = call.arguments[0]->type();
  if (type.is_fractional() || type.is_null())
    return AggregateFunctionPtr(std::make_shared<SumDoubles<false>>());
  if (type.kind() == TypeKind::Decimal) {
    const OnOverflow lost = on_overflow == OnOverflow::Wrap ? OnOverflow::Null : on_overflow;
    return AggregateFunctionPtr(std::make_shared<SumDecimals>(SumDecimals::Kind::Sum, type, lost));
  }
  const DataType result = type.is_integral() ? DataType(TypeKind::Long) : type;
  // Intervals have no arithmetic that wraps.
  const bool must_fail = !type.is_integral() && on_overflow == OnOverflow::Wrap;
  return AggregateFunctionPtr(
      std::make_shared<SumIntegers>(result, must_fail ? OnOverflow::Fail : on_overflow));
}

Result<AggregateFunctionPtr> bind_avg(const FunctionCall& call, OnOverflow on_overflow) {
  if (auto status = check_arguments(call, {{is_numeric, "\"NUMERIC\""}}); !status)
    return status.error();
  const DataType& type = call.arguments[0]->type();
  if (type.kind() == TypeKind::Decimal)
    return AggregateFunctionPtr(
        std::make_shared<SumDecimals>(SumDecimals::Kind::Average, type, on_overflow));
  return AggregateFunctionPtr(std::make_shared<SumDoubles<true>>());
}

}  // namespace

void register_sum_functions(FunctionRegistry& registry) {
  add_aggregate(registry, "sum", "sum(expr)", "Sum of the values; NULL when there are none.",
                [](const FunctionCall& call) {
                  return bind_sum(call, call.settings.ansi ? OnOverflow::Fail : OnOverflow::Wrap);
                });
  add_aggregate(registry, "try_sum", "try_sum(expr)", "Sum of the values; NULL on overflow.",
                [](const FunctionCall& call) { return bind_sum(call, OnOverflow::Null); });
  add_aggregate(registry, "avg", "avg(expr)", "Average of the values; NULL when there are none.",
                [](const FunctionCall& call) {
                  return bind_avg(call, call.settings.ansi ? OnOverflow::Fail : OnOverflow::Null);
                });
  registry.add_alias("mean", "avg");
  add_aggregate(registry, "try_avg", "try_avg(expr)", "Average of the values; NULL on overflow.",
                [](const FunctionCall& call) { return bind_avg(call, OnOverflow::Null); });
}

}  // namespace millrace
