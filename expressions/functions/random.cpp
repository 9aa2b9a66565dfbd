#include "expressions/functions/random.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

namespace {

using Generator = std::mt19937_64;

/// Values that differ from row to row: `fill` puts one into each of the rows.
class RandomValue final : public BoundExpression {
 public:
  using Fill = std::function<void(Generator&, Rows, Column&)>;
  RandomValue(DataType type, std::uint64_t seed, Fill fill)
      : BoundExpression(std::move(type), false), seed_(seed), fill_(std::move(fill)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch&, Rows rows) const override {
    // Every batch draws its own numbers; relaxed: only the count matters.
    Generator generator(seed_ + calls_.fetch_add(1, std::memory_order_relaxed));
    ColumnRef out = context.pool.make_column(type());
    out->resize(rows.end());
    fill_(generator, rows, *out);
    return out;
  }

 private:
  const std::uint64_t seed_;
  const Fill fill_;
  mutable std::atomic<std::uint64_t> calls_{0};
};

/// Draws one value of type T for each row.
template <class T, class Draw>
RandomValue::Fill each(Draw draw) {
  return [draw](Generator& generator, Rows rows, Column& out) {
    rows.for_each([&](std::uint32_t row) {
      out.mutable_values<T>()[row] = static_cast<T>(draw(generator));
    });
  };
}

void fill_uuids(Generator& generator, Rows rows, Column& out) {
  rows.for_each([&](std::uint32_t row) {
    const std::uint64_t high = (generator() & ~std::uint64_t{0xF000}) | 0x4000;
    const std::uint64_t low = (generator() >> 2) | 0x8000000000000000u;
    const std::string text =
        fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                    high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
    out.mutable_values<std::string_view>()[row] = out.arena().copy(text);
  });
}

RandomValue::Fill letters_and_digits(std::size_t length) {
  return [length](Generator& generator, Rows rows, Column& out) {
    static constexpr std::string_view kLetters =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::uniform_int_distribution<std::size_t> place(0, kLetters.size() - 1);
    std::string text(length, ' ');
    rows.for_each([&](std::uint32_t row) {
      for (char& letter : text) letter = kLetters[place(generator)];
      out.mutable_values<std::string_view>()[row] = out.arena().copy(text);
    });
  };
}

Error not_foldable(const FunctionCall& call, const char* input, const char* type) {
  return type_mismatch(call, "NON_FOLDABLE_INPUT",
                       fmt::format("the input `{}` should be a foldable {} expression", input, type));
}

std::optional<Value> constant_argument(const FunctionCall& call, std::size_t index) {
  return call.arguments[index] ? constant_value(*call.arguments[index]) : std::nullopt;
}

/// The constant whole number at `index`; `otherwise` when the call has fewer arguments.
Result<std::int64_t> whole_number(const FunctionCall& call, std::size_t index, const char* name,
                                  std::int64_t otherwise) {
  if (index >= call.arguments.size()) return otherwise;
  const std::optional<Value> value = constant_argument(call, index);
  if (!value || !std::holds_alternative<std::int64_t>(value->storage))
    return not_foldable(call, name, "\"INT\" or \"BIGINT\"");
  return std::get<std::int64_t>(value->storage);
}

Result<BoundExpressionPtr> make_random(const FunctionCall& call, std::size_t seed_index,
                                       DataType type, RandomValue::Fill fill) {
  const auto seed = whole_number(call, seed_index, "seed", std::random_device()());
  if (!seed) return seed.error();
  return BoundExpressionPtr(std::make_shared<RandomValue>(
      std::move(type), static_cast<std::uint64_t>(*seed), std::move(fill)));
}

FunctionGroup::Bind seeded(TypeKind kind, RandomValue::Fill fill, std::size_t max_arguments) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 0, max_arguments); !status) return status.error();
    return make_random(call, 0, kind, fill);
  };
}

Result<BoundExpressionPtr> bind_randstr(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
  const auto length = whole_number(call, 0, "length", 0);
  if (!length) return length.error();
  if (*length < 0 || *length > std::numeric_limits<std::int16_t>::max())
    return type_mismatch(call, "VALUE_OUT_OF_RANGE",
                         fmt::format("The `length` must be between [0, 32767] (current value = {})",
                                     *length));
  return make_random(call, 1, TypeKind::String,
                     letters_and_digits(static_cast<std::size_t>(*length)));
}

Result<Value> constant_bound(const FunctionCall& call, std::size_t index) {
  const std::optional<Value> value = constant_argument(call, index);
  if (!value) return not_foldable(call, index == 0 ? "min" : "max", "integer or floating-point");
  if (value->is_null() || !value->type.is_numeric())
    return unexpected_input_type(call, index, "integer or floating-point");
  return *value;
}

RandomValue::Fill between(std::int64_t a, std::int64_t b, bool is_long) {
  const auto draw = [low = std::min(a, b), high = std::max(a, b)](Generator& generator) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(generator);
  };
  return is_long ? each<std::int64_t>(draw) : each<std::int32_t>(draw);
}

RandomValue::Fill between(double a, double b) {
  return each<double>([low = std::min(a, b), high = std::max(a, b)](Generator& generator) {
    return std::uniform_real_distribution<double>(low, high)(generator);
  });
}

double as_double(const Value& value, const ExpressionSettings& settings) {
  auto number = bound_cast(bound_literal(value), TypeKind::Double, CastMode::Plain, settings);
  return number ? std::get<double>(constant_value(**number)->storage) : 0;
}

/// Whole numbers between whole bounds, both of which may come; other numbers as double.
Result<BoundExpressionPtr> bind_uniform(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  const Result<Value> min = constant_bound(call, 0);
  if (!min) return min.error();
  const Result<Value> max = constant_bound(call, 1);
  if (!max) return max.error();
  if (!min->type.is_integral() || !max->type.is_integral())
    return make_random(call, 2, TypeKind::Double,
                       between(as_double(*min, call.settings), as_double(*max, call.settings)));
  const bool is_long = min->type.kind() == TypeKind::Long || max->type.kind() == TypeKind::Long;
  return make_random(
      call, 2, is_long ? TypeKind::Long : TypeKind::Int,
      between(std::get<std::int64_t>(min->storage), std::get<std::int64_t>(max->storage), is_long));
}

}  // namespace

void register_random_functions(FunctionRegistry& registry) {
  FunctionGroup math(registry, "math");
  const auto uniform = each<double>([](Generator& generator) {
    return std::uniform_real_distribution<double>()(generator);
  });
  const auto normal = each<double>([](Generator& generator) {
    return std::normal_distribution<double>()(generator);
  });
  math.add_random("rand([seed])", "A number from 0 up to 1, another for each row.",
                  seeded(TypeKind::Double, uniform, 1))
      .alias("random");
  math.add_random("randn([seed])", "A normally distributed number, another for each row.",
                  seeded(TypeKind::Double, normal, 1));
  math.add_random("uniform(min, max[, seed])", "A number between two, another for each row.",
                  bind_uniform);
  FunctionGroup other(registry, "other");
  other.add_random("uuid()", "A random UUID, another for each row.",
                   seeded(TypeKind::String, fill_uuids, 0));
  FunctionGroup(registry, "string")
      .add_random("randstr(length[, seed])", "Random letters and digits, others for each row.",
                  bind_randstr);
}

}  // namespace millrace
