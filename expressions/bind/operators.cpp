#include "expressions/bind/operators.hpp"

#include "expressions/binder.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/functions/function_errors.hpp"

namespace millrace {

namespace {

void add_rewritten(FunctionRegistry& registry, FunctionKind kind, const char* name,
                   const char* signature, const char* summary) {
  FunctionEntry entry;
  entry.name = name;
  entry.kind = kind;
  entry.group = kind == FunctionKind::Generator ? "generator" : "time window";
  entry.signature = signature;
  entry.summary = summary;
  registry.add(std::move(entry));
}

}  // namespace

void add_operator(FunctionRegistry& registry, std::string name, std::string group,
                  std::string signature, std::string summary, BindScalar bind) {
  FunctionEntry entry;
  entry.name = std::move(name);
  entry.group = std::move(group);
  entry.signature = std::move(signature);
  entry.summary = std::move(summary);
  entry.bind_scalar = std::move(bind);
  registry.add(std::move(entry));
}

kernels::OnError on_error(const ExpressionSettings& settings) {
  return settings.ansi ? kernels::OnError::Fail : kernels::OnError::Wrap;
}

Result<BoundExpressionPtr> cast_to(const BoundExpressionPtr& child, const DataType& to,
                                   const ExpressionSettings& settings) {
  return bound_cast(child, to, CastMode::Plain, settings);
}

Error different_types(const FunctionCall& call) {
  return cannot_resolve("BINARY_OP_DIFF_TYPES", call_text(call),
                        "the left and right operands of the binary operator have incompatible "
                        "types (\"" + call.arguments[0]->type().to_sql() + "\" and \"" +
                            call.arguments[1]->type().to_sql() + "\").");
}

Error wrong_operand_type(const FunctionCall& call, std::string_view required) {
  return cannot_resolve("BINARY_OP_WRONG_TYPE", call_text(call),
                        "the binary operator requires the input type " + std::string(required) +
                            ", not \"" + call.arguments[0]->type().to_sql() + "\".");
}

void register_operator_functions(FunctionRegistry& registry) {
  register_arithmetic_operators(registry);
  register_comparison_operators(registry);
  register_logic_operators(registry);
  register_branch_operators(registry);
  register_type_functions(registry);
}

void register_rewritten_functions(FunctionRegistry& registry) {
  auto generator = [&](const char* name, const char* signature, const char* summary) {
    add_rewritten(registry, FunctionKind::Generator, name, signature, summary);
  };
  auto window = [&](const char* name, const char* signature, const char* summary) {
    add_rewritten(registry, FunctionKind::TimeWindow, name, signature, summary);
  };
  generator("explode", "explode(collection)", "One row for each element or map entry.");
  generator("explode_outer", "explode_outer(collection)",
            "As explode; an empty or NULL collection gives one row of NULL.");
  generator("posexplode", "posexplode(collection)", "As explode, with the position from 0.");
  generator("posexplode_outer", "posexplode_outer(collection)",
            "As posexplode; an empty or NULL collection gives one row of NULL.");
  generator("inline", "inline(structs)", "One row for each struct of an array, a column a field.");
  generator("inline_outer", "inline_outer(structs)",
            "As inline; an empty or NULL array gives one row of NULL.");
  generator("stack", "stack(rows, value, ...)", "Spreads the values over a number of rows.");
  generator("json_tuple", "json_tuple(json, name, ...)", "Fields of a JSON object as columns of text.");
  window("window", "window(time, duration[, slide[, start]])",
         "The windows of fixed length that a time falls into.");
  window("session_window", "session_window(time, gap)",
         "Windows that end when nothing came for the length of the gap.");
  window("window_time", "window_time(window)", "The last time that belongs to a window.");
}

}  // namespace millrace
