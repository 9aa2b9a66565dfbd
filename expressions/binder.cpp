#include "expressions/binder.hpp"

#include "expressions/aggregates/distinct.hpp"
#include "expressions/bind/bind_context.hpp"
#include "expressions/bind/constant_folding.hpp"
#include "expressions/bind/name_resolution.hpp"
#include "expressions/bind/struct_access.hpp"
#include "expressions/expression_errors.hpp"
#include "expressions/parser.hpp"

namespace millrace {

namespace {

/// Binds one tree; every method returns null after it reported an error.
class Binder {
 public:
  Binder(const BindScope& scope, const FunctionRegistry& functions,
         const ExpressionSettings& settings, std::vector<Error>& errors)
      : scope_(scope), functions_(functions), settings_(settings), errors_(errors) {}

  BoundExpressionPtr bind(const Expression& expression) {
    return std::visit([&](const auto& node) { return bind_node(node, expression); },
                      expression.node);
  }

  /// Lambdas and failed arguments are empty; `ok` tells whether any failed.
  std::vector<BoundExpressionPtr> bind_arguments(const Function& call, bool& ok) {
    std::vector<BoundExpressionPtr> arguments;
    for (const ExpressionPtr& argument : call.arguments) {
      const bool is_lambda = std::holds_alternative<Lambda>(argument->node);
      const auto* sorted = std::get_if<SortOrder>(&argument->node);
      arguments.push_back(is_lambda ? nullptr : bind(sorted ? *sorted->child : *argument));
      if (!is_lambda && arguments.back() == nullptr) ok = false;
    }
    return arguments;
  }

  FunctionCall make_call(const Function& call, const Origin& origin,
                         std::vector<BoundExpressionPtr> arguments) const {
    return FunctionCall{call.name, std::move(arguments), call.distinct, settings_, origin,
                        call.arguments, &scope_, &functions_};
  }

  BoundExpressionPtr fail(Error error, const Origin& origin) {
    if (error.origin.line == 0) error.origin = origin;
    errors_.push_back(std::move(error));
    return nullptr;
  }

 private:
  BoundExpressionPtr accept(Result<BoundExpressionPtr> bound, const Origin& origin) {
    if (!bound) return fail(std::move(bound.error()), origin);
    return std::move(*bound);
  }

  BoundExpressionPtr bind_node(const Attribute& attribute, const Expression& whole) {
    auto resolved = resolve_name(attribute, scope_);
    if (!resolved) return fail(std::move(resolved.error()), whole.origin);
    const ScopeColumn& column = scope_.columns[static_cast<std::size_t>(resolved->index)];
    BoundExpressionPtr bound = bound_column(resolved->index, column.type, column.nullable);
    std::string text = column.name;
    for (const std::string& field : resolved->path) {
      bound = accept(bind_field_access(bound, field, text, settings_), whole.origin);
      if (bound == nullptr) return nullptr;
      text += "." + field;
    }
    return bound;
  }

  BoundExpressionPtr bind_node(const Literal& literal, const Expression&) {
    return bound_literal(literal.value);
  }

  BoundExpressionPtr bind_node(const Function& call, const Expression& whole) {
    const FunctionEntry* entry = functions_.find(call.name);
    if (entry == nullptr) return fail(unresolved_routine(call.name, functions_), whole.origin);
    if (entry->kind != FunctionKind::Scalar || !entry->bind_scalar)
      return fail(misplaced_function(*entry), whole.origin);
    if (!takes_lambdas(*entry) && has_lambda(call))
      return fail(misplaced_lambda(entry->name), whole.origin);
    if (has_within_group(call)) return fail(misplaced_within_group(entry->name), whole.origin);
    bool ok = true;
    std::vector<BoundExpressionPtr> arguments = bind_arguments(call, ok);
    if (!ok) return nullptr;
    const bool foldable = entry->deterministic && all_constant(arguments);
    FunctionCall bound_call = make_call(call, whole.origin, std::move(arguments));
    bound_call.name = entry->name;
    BoundExpressionPtr bound = accept(entry->bind_scalar(bound_call), whole.origin);
    return bound != nullptr && foldable ? fold_constant(bound) : bound;
  }

  BoundExpressionPtr bind_node(const Cast& cast, const Expression& whole) {
    BoundExpressionPtr child = bind(*cast.child);
    if (child == nullptr) return nullptr;
    auto bound = bound_cast(std::move(child), cast.to, cast.mode, settings_);
    if (!bound) {
      complete_cast_error(bound.error(), whole, *cast.child);
      return fail(std::move(bound.error()), whole.origin);
    }
    return *bound;
  }

  BoundExpressionPtr bind_node(const Alias& alias, const Expression&) { return bind(*alias.child); }

  BoundExpressionPtr bind_node(const ExtractValue& extract, const Expression& whole) {
    BoundExpressionPtr child = bind(*extract.child);
    if (child == nullptr) return nullptr;
    BoundExpressionPtr key = bind(*extract.key);
    if (key == nullptr) return nullptr;
    const bool foldable = child->is_constant() && key->is_constant();
    BoundExpressionPtr bound =
        accept(bind_extract(child, key, column_name(whole), settings_, num_written(*extract.child)),
               whole.origin);
    return bound != nullptr && foldable ? fold_constant(bound) : bound;
  }

  static std::size_t num_written(const Expression& expression) {
    const auto* call = std::get_if<Function>(&expression.node);
    return call != nullptr && equal_ignoring_case(call->name, "array") ? call->arguments.size() : 0;
  }

  BoundExpressionPtr bind_node(const Text& text, const Expression& whole) {
    Result<TimeZone> zone = TimeZone::find(settings_.time_zone);
    if (!zone) return fail(std::move(zone.error()), whole.origin);
    auto parsed = parse_expression(text.sql, whole.origin, *zone);
    if (!parsed) return fail(std::move(parsed.error()), whole.origin);
    return bind(**parsed);
  }

  template <class Node>
  BoundExpressionPtr bind_node(const Node&, const Expression& whole) {
    return fail(misplaced_syntax(whole), whole.origin);
  }

  const BindScope& scope_;
  const FunctionRegistry& functions_;
  const ExpressionSettings& settings_;
  std::vector<Error>& errors_;
};

}  // namespace

BoundExpressionPtr bind(const Expression& expression, const BindScope& scope,
                        const FunctionRegistry& functions, const ExpressionSettings& settings,
                        std::vector<Error>& errors) {
  return Binder(scope, functions, settings, errors).bind(expression);
}

namespace {

bool stands_for_number(const BoundExpression& argument) {
  const TypeKind kind = argument.type().kind();
  return kind == TypeKind::String || kind == TypeKind::Timestamp;
}
bool may_become_text(const BoundExpression& argument) {
  return argument.type().kind() != TypeKind::String && !argument.type().is_nested() && !argument.type().is_null() &&
         argument.type().kind() != TypeKind::Binary;
}

/// Casts the arguments for which `is_wanted` holds; false when there is none.
bool cast_arguments(std::vector<BoundExpressionPtr>& arguments,
                    bool (*is_wanted)(const BoundExpression&), TypeKind to,
                    const ExpressionSettings& settings) {
  bool found = false;
  for (BoundExpressionPtr& argument : arguments) {
    if (!is_wanted(*argument)) continue;
    auto converted = bound_cast(argument, DataType(to), CastMode::Plain, settings);
    if (!converted) return false;
    argument = std::move(*converted);
    found = true;
  }
  return found;
}

/// Where an aggregate does not take its arguments as they are, texts and timestamps stand for numbers, as in
/// Spark, and else the first argument may become text. Changes `arguments` when that helps.
Result<AggregateFunctionPtr> bind_with_casts(const FunctionEntry& entry, const FunctionCall& call,
                                             std::vector<BoundExpressionPtr>& arguments) {
  auto function = entry.bind_aggregate(call);
  if (function) return function;
  const auto with = [&](std::vector<BoundExpressionPtr> converted) {
    FunctionCall other = call;
    other.arguments = converted;
    auto bound = entry.bind_aggregate(other);
    if (bound) arguments = std::move(converted);
    return bound;
  };
  std::vector<BoundExpressionPtr> numbers = arguments;
  if (cast_arguments(numbers, stands_for_number, TypeKind::Double, call.settings))
    if (auto bound = with(std::move(numbers))) return bound;
  if (arguments.empty()) return function;
  std::vector<BoundExpressionPtr> text{arguments[0]};
  if (cast_arguments(text, may_become_text, TypeKind::String, call.settings)) {
    text.insert(text.end(), arguments.begin() + 1, arguments.end());
    if (auto bound = with(std::move(text))) return bound;
  }
  return function;
}

}  // namespace

std::optional<BoundAggregate> bind_aggregate(const Function& call, const Origin& origin,
                                             const BindScope& scope,
                                             const FunctionRegistry& functions,
                                             const ExpressionSettings& settings,
                                             std::vector<Error>& errors) {
  const FunctionEntry* entry = functions.find(call.name);
  Binder binder(scope, functions, settings, errors);
  if (has_lambda(call)) {
    binder.fail(misplaced_lambda(entry->name), origin);
    return std::nullopt;
  }
  if (has_within_group(call) && !takes_within_group(*entry)) {
    binder.fail(misplaced_within_group(entry->name), origin);
    return std::nullopt;
  }
  bool ok = true;
  BoundAggregate bound;
  Function plain = call;
  if (is_count_star(call)) plain.arguments = {make_expression(Literal{one_value()}, origin)};
  std::vector<BoundExpressionPtr> arguments = binder.bind_arguments(plain, ok);
  if (call.filter != nullptr) {
    bound.filter = binder.bind(*call.filter);
    ok = ok && bound.filter != nullptr;
  }
  if (!ok) return std::nullopt;
  FunctionCall bound_call = binder.make_call(plain, origin, arguments);
  bound_call.name = entry->name;
  auto function = bind_with_casts(*entry, bound_call, arguments);
  if (!function) {
    binder.fail(std::move(function.error()), origin);
    return std::nullopt;
  }
  bound.function = std::move(*function);
  if (call.distinct) {
    std::vector<DataType> types;
    for (const BoundExpressionPtr& argument : arguments) types.push_back(argument->type());
    const auto make = entry->name == "count" ? make_count_distinct : make_distinct;
    bound.function = make(std::move(bound.function), std::move(types));
  }
  bound.arguments = std::move(arguments);
  bound.order_sensitive = entry->order_sensitive;
  return bound;
}

}  // namespace millrace
