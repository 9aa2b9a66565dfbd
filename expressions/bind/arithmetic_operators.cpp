#include <algorithm>

#include "expressions/bind/operators.hpp"
#include "expressions/bind/type_coercion.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using kernels::Arithmetic;
using kernels::Cost;
using kernels::OnError;
using Bound = Result<BoundExpressionPtr>;
using Kind = TypeKind;

struct Operands {
  BoundExpressionPtr left;
  BoundExpressionPtr right;
};

/// A whole-number literal counts with the digits it has: `d + 1` treats 1 as decimal(1,0).
DataType decimal_of(const FunctionCall& call, std::size_t index) {
  const DataType& type = call.arguments[index]->type();
  const auto* literal = index < call.syntax.size()
                            ? std::get_if<Literal>(&call.syntax[index]->node)
                            : nullptr;
  if (literal == nullptr || !type.is_integral()) return decimal_for(type);
  const auto* value = std::get_if<std::int64_t>(&literal->value.storage);
  return value == nullptr ? decimal_for(type) : DataType::decimal(count_digits(*value), 0);
}

bool is_decimal(const BoundExpressionPtr& operand) {
  return operand->type().kind() == Kind::Decimal;
}

/// What a string or NULL beside the other operand becomes.
DataType promoted(const DataType& type, const DataType& other, const ExpressionSettings& settings) {
  if (type.is_null()) return other.is_numeric() ? other : DataType(Kind::Double);
  if (type.kind() != Kind::String) return type;
  return settings.ansi && other.is_integral() ? DataType(Kind::Long) : DataType(Kind::Double);
}

std::optional<Operands> cast_both(const FunctionCall& call, const DataType& left,
                                  const DataType& right) {
  Bound a = cast_to(call.arguments[0], left, call.settings);
  Bound b = cast_to(call.arguments[1], right, call.settings);
  if (!a || !b) return std::nullopt;
  return Operands{std::move(*a), std::move(*b)};
}

const char* required_types(Arithmetic operation) {
  if (operation == Arithmetic::Divide) return "(\"DOUBLE\" or \"DECIMAL\")";
  if (operation == Arithmetic::IntegralDivide)
    return "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO "
           "SECOND\")";
  if (operation >= Arithmetic::Multiply) return "\"NUMERIC\"";
  return "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or "
         "\"INTERVAL\")";
}

Error not_arithmetic(const FunctionCall& call, Arithmetic operation) {
  if (call.arguments[0]->type() != call.arguments[1]->type()) return different_types(call);
  return wrong_operand_type(call, required_types(operation));
}

/// The type that two numbers which are no decimals are computed in.
DataType plain_type(Arithmetic operation, const DataType& a, const DataType& b,
                    const ExpressionSettings& settings) {
  if (operation == Arithmetic::Divide) return Kind::Double;
  if (operation == Arithmetic::IntegralDivide) return Kind::Long;
  return *tightest_common_type(a, b, settings);
}

Bound bind_plain(const FunctionCall& call, Arithmetic operation, OnError on_error,
                 const DataType& type) {
  auto operands = cast_both(call, type, type);
  if (!operands) return not_arithmetic(call, operation);
  const bool may_fail = operation >= Arithmetic::Divide || on_error == OnError::Null;
  const bool nullable =
      may_fail || operands->left->nullable() || operands->right->nullable();
  const bool cheap = type.is_fractional() ? operation <= Arithmetic::Multiply
                                          : on_error == OnError::Wrap && !may_fail;
  return make_binary(type, nullable, operands->left, operands->right,
                     kernels::arithmetic_kernel(operation, type.kind(), on_error),
                     cheap ? Cost::Cheap : Cost::Costly);
}

DecimalOperation decimal_operation(Arithmetic operation) {
  switch (operation) {
    case Arithmetic::Add: return DecimalOperation::Add;
    case Arithmetic::Subtract: return DecimalOperation::Subtract;
    case Arithmetic::Multiply: return DecimalOperation::Multiply;
    case Arithmetic::Divide: return DecimalOperation::Divide;
    case Arithmetic::IntegralDivide: return DecimalOperation::IntegralDivide;
    default: return DecimalOperation::Remainder;
  }
}

Bound bind_decimal(const FunctionCall& call, Arithmetic operation, OnError on_error) {
  const DataType left = decimal_of(call, 0), right = decimal_of(call, 1);
  auto operands = cast_both(call, left, right);
  if (!operands) return not_arithmetic(call, operation);
  const DataType type = operation == Arithmetic::IntegralDivide
                            ? DataType(Kind::Long)
                            : decimal_result_type(decimal_operation(operation), left, right);
  const bool nullable = operation >= Arithmetic::Divide || on_error != OnError::Fail ||
                        operands->left->nullable() || operands->right->nullable();
  return make_binary(type, nullable, operands->left, operands->right,
                     kernels::decimal_kernel(operation, left, right, on_error), Cost::Costly);
}

Bound bind_arithmetic(const FunctionCall& call, Arithmetic operation, OnError on_error) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  if (auto bound = bind_time_arithmetic(call, operation, on_error)) return std::move(*bound);
  const DataType a = promoted(call.arguments[0]->type(), call.arguments[1]->type(), call.settings);
  const DataType b = promoted(call.arguments[1]->type(), call.arguments[0]->type(), call.settings);
  if (!a.is_numeric() || !b.is_numeric()) return not_arithmetic(call, operation);
  const bool decimals = a.kind() == Kind::Decimal || b.kind() == Kind::Decimal;
  if (!decimals) {
    // Fractions have no whole quotient.
    if (operation == Arithmetic::IntegralDivide &&
        !(a.is_integral() && b.is_integral()))
      return not_arithmetic(call, operation);
    return bind_plain(call, operation, on_error, plain_type(operation, a, b, call.settings));
  }
  if (a.is_fractional() || b.is_fractional()) return bind_plain(call, operation, on_error, Kind::Double);
  if (is_decimal(call.arguments[0]) || is_decimal(call.arguments[1]))
    return bind_decimal(call, operation, on_error);
  return not_arithmetic(call, operation);
}

void add_arithmetic(FunctionRegistry& registry, const char* name, Arithmetic operation,
                    const char* signature, const char* summary) {
  add_operator(registry, name, "arithmetic", signature, summary,
               [operation](const FunctionCall& call) {
                 return bind_arithmetic(call, operation, on_error(call.settings));
               });
}

bool are_numbers(const FunctionCall& call) {
  return std::all_of(call.arguments.begin(), call.arguments.end(),
                     [](const BoundExpressionPtr& argument) { return argument->type().is_numeric(); });
}

/// Of numbers only the operation itself may fail, of anything else the operands and their casts too.
void add_try(FunctionRegistry& registry, const char* name, Arithmetic operation,
             const char* signature, const char* summary) {
  add_operator(registry, name, "arithmetic", signature, summary,
               [operation](const FunctionCall& call) -> Bound {
                 Bound bound = bind_arithmetic(call, operation, OnError::Null);
                 if (!bound || are_numbers(call)) return bound;
                 return kernels::make_forgiving(std::move(*bound));
               });
}

bool is_sql_interval(const DataType& type) {
  return type.kind() == Kind::DayTimeInterval || type.kind() == Kind::YearMonthInterval;
}

/// The one operand of a sign, as a number or interval.
Bound sign_operand(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  const BoundExpressionPtr& child = call.arguments[0];
  const DataType& type = child->type();
  if (type.is_numeric() || is_sql_interval(type)) return child;
  if (type.kind() == Kind::String || type.is_null())
    return cast_to(child, Kind::Double, call.settings);
  return unexpected_input_type(call, 0, "(\"NUMERIC\" or \"INTERVAL\")");
}

Bound bind_sign(const FunctionCall& call, kernels::Sign operation) {
  Bound child = sign_operand(call);
  if (!child) return child;
  const DataType type = (*child)->type();
  const bool nullable = (*child)->nullable();
  return make_unary(type, nullable, std::move(*child),
                    kernels::sign_kernel(operation, type.kind(), on_error(call.settings)),
                    Cost::Costly);
}

Bound bind_bitwise(const FunctionCall& call, kernels::Bitwise operation) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  const DataType& a = call.arguments[0]->type();
  const DataType& b = call.arguments[1]->type();
  const auto type = tightest_common_type(promoted(a, b, call.settings), promoted(b, a, call.settings),
                                         call.settings);
  if (!type || !type->is_integral())
    return a == b ? wrong_operand_type(call, "\"INTEGRAL\"") : different_types(call);
  auto operands = cast_both(call, *type, *type);
  if (!operands) return different_types(call);
  const bool nullable = operands->left->nullable() || operands->right->nullable();
  return make_binary(*type, nullable, operands->left, operands->right,
                     kernels::bitwise_kernel(operation, type->kind()), Cost::Cheap);
}

Bound bind_bitwise_not(const FunctionCall& call) {
  if (call.arguments.size() != 1) return wrong_num_arguments(call, "1");
  const BoundExpressionPtr& child = call.arguments[0];
  if (!child->type().is_integral()) return unexpected_input_type(call, 0, "\"INTEGRAL\"");
  return make_unary(child->type(), child->nullable(), child,
                    kernels::bitwise_not_kernel(child->type().kind()), Cost::Cheap);
}

Bound bind_shift(const FunctionCall& call, kernels::Shift operation) {
  if (call.arguments.size() != 2) return wrong_num_arguments(call, "2");
  const DataType& from = call.arguments[0]->type();
  const DataType type = from.kind() == Kind::Long ? Kind::Long : Kind::Int;
  BoundExpressionPtr value = implicit_cast(call.arguments[0], type, call.settings);
  if (value == nullptr) return unexpected_input_type(call, 0, "(\"INT\" or \"BIGINT\")");
  BoundExpressionPtr count = implicit_cast(call.arguments[1], Kind::Int, call.settings);
  if (count == nullptr) return unexpected_input_type(call, 1, "\"INT\"");
  const bool nullable = value->nullable() || count->nullable();
  return make_binary(type, nullable, value, count, kernels::shift_kernel(operation, type.kind()),
                     Cost::Cheap);
}

void add_shift(FunctionRegistry& registry, const char* name, const char* alias,
               kernels::Shift operation, const char* signature, const char* summary) {
  add_operator(registry, name, "bits", signature, summary,
               [operation](const FunctionCall& call) { return bind_shift(call, operation); });
  registry.add_alias(alias, name);
}

void add_bitwise(FunctionRegistry& registry, const char* name, kernels::Bitwise operation,
                 const char* signature, const char* summary) {
  add_operator(registry, name, "bits", signature, summary,
               [operation](const FunctionCall& call) { return bind_bitwise(call, operation); });
}

void register_bits(FunctionRegistry& registry) {
  using kernels::Bitwise;
  using kernels::Shift;
  add_bitwise(registry, "&", Bitwise::And, "a & b", "Bitwise and.");
  add_bitwise(registry, "|", Bitwise::Or, "a | b", "Bitwise or.");
  add_bitwise(registry, "^", Bitwise::Xor, "a ^ b", "Bitwise exclusive or.");
  add_operator(registry, "~", "bits", "~ a", "Bitwise not.", bind_bitwise_not);
  add_shift(registry, "shiftleft", "<<", Shift::Left, "shiftleft(a, n)", "Bits moved left.");
  add_shift(registry, "shiftright", ">>", Shift::Right, "shiftright(a, n)",
            "Bits moved right, the sign is kept.");
  add_shift(registry, "shiftrightunsigned", ">>>", Shift::UnsignedRight,
            "shiftrightunsigned(a, n)", "Bits moved right, zeros come in.");
}

}  // namespace

void register_arithmetic_operators(FunctionRegistry& registry) {
  add_arithmetic(registry, "+", Arithmetic::Add, "a + b", "Sum.");
  add_arithmetic(registry, "-", Arithmetic::Subtract, "a - b", "Difference.");
  add_arithmetic(registry, "*", Arithmetic::Multiply, "a * b", "Product.");
  add_arithmetic(registry, "/", Arithmetic::Divide, "a / b", "Quotient, never a whole division.");
  add_arithmetic(registry, "div", Arithmetic::IntegralDivide, "a div b", "Whole part of a / b.");
  add_arithmetic(registry, "%", Arithmetic::Remainder, "a % b", "Remainder, with the sign of a.");
  registry.add_alias("mod", "%");
  add_arithmetic(registry, "pmod", Arithmetic::PositiveModulo, "pmod(a, b)",
                 "Remainder that is not negative.");
  add_try(registry, "try_add", Arithmetic::Add, "try_add(a, b)", "Sum, NULL on overflow.");
  add_try(registry, "try_subtract", Arithmetic::Subtract, "try_subtract(a, b)",
          "Difference, NULL on overflow.");
  add_try(registry, "try_multiply", Arithmetic::Multiply, "try_multiply(a, b)",
          "Product, NULL on overflow.");
  add_try(registry, "try_divide", Arithmetic::Divide, "try_divide(a, b)",
          "Quotient, NULL when b is 0.");
  add_try(registry, "try_mod", Arithmetic::Remainder, "try_mod(a, b)",
          "Remainder, NULL when b is 0.");
  add_operator(registry, "negative", "arithmetic", "- a", "The number with the other sign.",
               [](const FunctionCall& call) { return bind_sign(call, kernels::Sign::Negate); });
  add_operator(registry, "positive", "arithmetic", "+ a", "The number itself.", sign_operand);
  add_operator(registry, "abs", "arithmetic", "abs(a)", "Magnitude.",
               [](const FunctionCall& call) { return bind_sign(call, kernels::Sign::Absolute); });
  register_bits(registry);
}

}  // namespace millrace
