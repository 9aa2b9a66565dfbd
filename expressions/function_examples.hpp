#pragma once

#include <span>
#include <string_view>

namespace millrace {

/// What a function gives, for the documentation; a test runs each.
struct FunctionExample {
  /// A name of the registry.
  std::string_view function;
  /// An expression, or for generators a SELECT. Aggregates go over the rows (k, x) = ('a', 1),
  /// ('a', 2),
  /// ('b', 2), ('b', NULL).
  std::string_view expression;
  /// As text, with ANSI on and the session in UTC. Several columns are joined by commas, rows by
  /// blanks.
  std::string_view result;
};

std::span<const FunctionExample> function_examples();
/// Null when there is none.
const FunctionExample* example_of(std::string_view function);

}  // namespace millrace
