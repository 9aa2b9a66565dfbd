#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

namespace {

using std::string_view;

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
}

}  // namespace millrace
