#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <re2/re2.h>

#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

/// Regular expressions in Java's syntax on RE2: no look-around, back references or possessive
/// quantifiers (an error that says so), and linear time on any input.
using PatternPtr = std::shared_ptr<const re2::RE2>;

/// INVALID_PARAMETER_VALUE.PATTERN when the text is no pattern; `function` is named in it.
Result<PatternPtr> compile_pattern(std::string_view text, std::string_view function);

/// The pattern argument of a call: compiled once when it is constant, else through a small cache of
/// the thread. Safe to share.
class PatternArgument {
 public:
  /// Compiles a constant argument now, so that a bad pattern fails when the call is bound.
  static Result<PatternArgument> make(const FunctionCall& call, const BoundExpressionPtr& argument);
  /// Null after the row was failed: the text is no pattern.
  const re2::RE2* get(CallRow& row, std::string_view text) const;

 private:
  std::string function_;
  PatternPtr constant_;
};

/// The text that a pattern without special characters stands for (`,`, `\\.`); empty result when it
/// is a real regular expression.
std::optional<std::string> plain_text_of(std::string_view pattern);

}  // namespace millrace
