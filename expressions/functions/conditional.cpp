#include <atomic>
#include <random>

#include <fmt/format.h>

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

namespace {

using std::string_view;

/// A value that differs from row to row; `write(generator, out, row)` puts it.
class RandomValue final : public BoundExpression {
 public:
  using Write = void (*)(std::mt19937_64&, Column&, std::uint32_t);
  RandomValue(DataType type, std::uint64_t seed, Write write)
      : BoundExpression(std::move(type), false), seed_(seed), write_(write) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch&, Rows rows) const override {
    // Every batch draws its own numbers; relaxed: only the count matters.
    std::mt19937_64 generator(seed_ + calls_.fetch_add(1, std::memory_order_relaxed));
    ColumnRef out = context.pool.make_column(type());
    out->resize(rows.end());
    rows.for_each([&](std::uint32_t row) { write_(generator, *out, row); });
    return out;
  }

 private:
  std::uint64_t seed_;
  Write write_;
  mutable std::atomic<std::uint64_t> calls_{0};
};

void write_uniform(std::mt19937_64& generator, Column& out, std::uint32_t row) {
  out.mutable_values<double>()[row] = std::uniform_real_distribution<double>()(generator);
}

void write_normal(std::mt19937_64& generator, Column& out, std::uint32_t row) {
  out.mutable_values<double>()[row] = std::normal_distribution<double>()(generator);
}

void write_uuid(std::mt19937_64& generator, Column& out, std::uint32_t row) {
  const std::uint64_t high = (generator() & ~std::uint64_t{0xF000}) | 0x4000;
  const std::uint64_t low = (generator() >> 2) | 0x8000000000000000u;
  const std::string text =
      fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                  high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
  out.mutable_values<string_view>()[row] = out.arena().copy(text);
}

FunctionGroup::Bind bind_random(TypeKind kind, RandomValue::Write write, std::size_t max_arguments) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 0, max_arguments); !status) return status.error();
    std::uint64_t seed = std::random_device()();
    if (!call.arguments.empty()) {
      const std::optional<Value> value =
          call.arguments[0] ? constant_value(*call.arguments[0]) : std::nullopt;
      if (!value || !std::holds_alternative<std::int64_t>(value->storage))
        return type_mismatch(call, "NON_FOLDABLE_INPUT",
                             "the input `seed` should be a foldable \"INT\" or \"BIGINT\" expression");
      seed = static_cast<std::uint64_t>(std::get<std::int64_t>(value->storage));
    }
    return BoundExpressionPtr(std::make_shared<RandomValue>(DataType(kind), seed, write));
  };
}

Error raised(std::string message) {
  return row_error("USER_RAISED_EXCEPTION", "P0001", std::move(message));
}

/// NULL where the condition holds, an error elsewhere.
Result<BoundExpressionPtr> bind_assert_true(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
  Result<BoundExpressionPtr> condition = coerce_argument(call, 0, DataType(TypeKind::Boolean));
  if (!condition) return condition.error();
  Arguments arguments{*condition};
  if (call.arguments.size() == 2) {
    Result<BoundExpressionPtr> message = coerce_argument(call, 1, DataType(TypeKind::String));
    if (!message) return message.error();
    arguments.push_back(*message);
  }
  const std::string text = "'" + column_name(*call.syntax[0]) + "' is not true!";
  return make_call(
      DataType(), true, std::move(arguments),
      [text](EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
        rows.for_each([&](std::uint32_t row) {
          out.set_null(row);
          if (!columns[0]->is_null(row) && columns[0]->at<std::uint8_t>(row) != 0) return;
          const bool own = columns.size() == 2 && !columns[1]->is_null(row);
          context.fail(row, raised(own ? std::string(columns[1]->at<string_view>(row)) : text));
        });
      },
      NullRule::Own);
}

Result<BoundExpressionPtr> bind_raise_error(const FunctionCall& call) {
  Result<Arguments> arguments = coerce_arguments(call, {DataType(TypeKind::String)});
  if (!arguments) return arguments.error();
  return make_call(
      DataType(), true, std::move(*arguments),
      [](EvalContext& context, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
        rows.for_each([&](std::uint32_t row) {
          out.set_null(row);
          context.fail(row, raised(columns[0]->is_null(row)
                                       ? "null"
                                       : std::string(columns[0]->at<string_view>(row))));
        });
      },
      NullRule::Own);
}

Result<BoundExpressionPtr> bind_typeof(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 1); !status) return status.error();
  if (!call.arguments[0]) return unexpected_input_type(call, 0, "\"ANY\"");
  return bound_literal(text_value(call.arguments[0]->type().to_string()));
}

}  // namespace

void register_conditional_functions(FunctionRegistry& registry) {
  FunctionGroup other(registry, "other");
  if (!registry.find("typeof"))
    other.add_custom("typeof(value)", "Name of the value's type.", bind_typeof);
  other.add_custom("assert_true(condition[, message])",
                   "NULL, or an error where the condition does not hold.", bind_assert_true);
  other.add_custom("raise_error(message)", "Always an error.", bind_raise_error);
  FunctionGroup math(registry, "math");
  math.add_random("rand([seed])", "A number from 0 up to 1, another for each row.",
                  bind_random(TypeKind::Double, write_uniform, 1))
      .alias("random");
  math.add_random("randn([seed])", "A normally distributed number, another for each row.",
                  bind_random(TypeKind::Double, write_normal, 1));
  other.add_random("uuid()", "A random UUID, another for each row.",
                   bind_random(TypeKind::String, write_uuid, 0));
}

}  // namespace millrace
