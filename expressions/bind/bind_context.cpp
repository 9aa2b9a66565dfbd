#include "expressions/bind/bind_context.hpp"

#include <algorithm>

#include "expressions/bind/suggestions.hpp"
#include "expressions/expression_errors.hpp"

namespace millrace {

Error unresolved_routine(std::string_view name, const FunctionRegistry& functions) {
  Error error = spark_error("UNRESOLVED_ROUTINE", "42883",
                            "Cannot resolve routine " + quoted_name({std::string(name)}) +
                                " on search path [`system`.`builtin`, `system`.`session`, "
                                "`spark_catalog`.`default`].");
  const std::string nearest = functions.nearest(name);
  if (!nearest.empty()) error.fix = "did you mean `" + nearest + "`?";
  error.label = "no such function";
  return error;
}

Error misplaced_function(const FunctionEntry& entry) {
  const char* what = entry.kind == FunctionKind::Aggregate   ? "an aggregate"
                     : entry.kind == FunctionKind::Generator ? "a generator"
                                                             : "a time window";
  Error error = make_error(ErrorKind::QueryFailed,
                           "expression: " + std::string(what) +
                               " function cannot stand here: '" + entry.name + "'");
  switch (entry.kind) {
    case FunctionKind::Aggregate:
      error.error_class = "UNSUPPORTED_EXPR_FOR_OPERATOR";
      error.sql_state = "42K0E";
      error.fix = "use it in the select list of a grouped query, or in HAVING";
      break;
    case FunctionKind::Generator:
      error.error_class = "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS";
      error.sql_state = "42K0E";
      error.fix = "let it stand alone in the select list, or use LATERAL VIEW";
      break;
    default: error.fix = "use it in the select list or as a grouping key";
  }
  return error;
}

Error misplaced_syntax(const Expression& expression) {
  Error error = make_error(ErrorKind::QueryFailed,
                           "expression: cannot stand here: '" + to_sql(expression) + "'");
  if (std::holds_alternative<Star>(expression.node)) {
    error.error_class = "INVALID_USAGE_OF_STAR_OR_REGEX";
    error.sql_state = "42000";
  }
  return error;
}

void complete_cast_error(Error& error, const Expression& whole, const Expression& child) {
  // Spark names the child alone when the target is nested.
  const Cast& cast = std::get<Cast>(whole.node);
  fill_call(error, cast.to.is_nested() ? column_name(child) : column_name(whole));
}

bool takes_lambdas(const FunctionEntry& entry) { return entry.group == "higher order"; }

bool takes_within_group(const FunctionEntry& entry) {
  return entry.name == "listagg" || entry.name == "mode" || entry.name == "percentile_cont" ||
         entry.name == "percentile_disc";
}

bool has_within_group(const Function& call) {
  return !call.arguments.empty() &&
         std::holds_alternative<SortOrder>(call.arguments.back()->node);
}

Error misplaced_within_group(std::string_view function) {
  return spark_error("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000",
                     "Invalid SQL syntax: The function `" + std::string(function) +
                         "` does not support WITHIN GROUP (ORDER BY ...).");
}

bool has_lambda(const Function& call) {
  return std::any_of(call.arguments.begin(), call.arguments.end(), [](const ExpressionPtr& argument) {
    return std::holds_alternative<Lambda>(argument->node);
  });
}

Error misplaced_lambda(std::string_view function) {
  Error error = spark_error("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D",
                            "Invalid lambda function call. A lambda function should only be used in "
                            "a higher order function. However, its class is " +
                                std::string(function) + ", which is not a higher order function.");
  error.fix = "give the function a value instead of a lambda";
  return error;
}

bool is_count_star(const Function& call) {
  return call.arguments.size() == 1 && std::holds_alternative<Star>(call.arguments[0]->node) &&
         equal_ignoring_case(call.name, "count");
}

Value one_value() { return Value{TypeKind::Int, std::int64_t{1}}; }

}  // namespace millrace
