#pragma once

#include "expressions/aggregates/aggregates.hpp"
#include "expressions/binder.hpp"
#include "tests/support/catch.hpp"

namespace millrace::test {

/// Aggregate `name` bound to arguments; the test fails when it cannot be bound.
inline BoundAggregate aggregate(const char* name, std::vector<BoundExpressionPtr> arguments,
                                ExpressionSettings settings = {}) {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    register_aggregate_functions(made);
    return made;
  }();
  const std::vector<ExpressionPtr> syntax;
  FunctionCall call{name, arguments, false, settings, {}, syntax};
  const FunctionEntry* entry = registry.find(name);
  REQUIRE(entry != nullptr);
  auto function = entry->bind_aggregate(call);
  INFO((function ? std::string() : function.error().message));
  REQUIRE(function.ok());
  return {*function, std::move(arguments), nullptr, entry->order_sensitive};
}

}  // namespace millrace::test
