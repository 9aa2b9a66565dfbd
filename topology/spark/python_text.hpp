#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Pieces of Python source text. All functions are pure and safe to call from any thread.
namespace millrace::spark {

/// A string literal: "...", or """...""" where the text has several lines.
std::string quoted(std::string_view text);
/// The text of an option as Python would write it: 5, True or "text".
std::string option_literal(std::string_view text);
/// A variable for a name of the topology: characters that Python does not take become `_`, and a
/// keyword or a name that the program uses itself gets `_` at its end.
std::string identifier(std::string_view name);
/// `a, b, c`
std::string joined(const std::vector<std::string>& items);

/// A value and the methods called on it, one after the other: `events`, `.where("a > 1")`.
struct Chain {
  std::string head;
  std::vector<std::string> calls = {};

  /// This with one more call.
  Chain with(std::string call) &&;
};

/// `name = head.call.call`, over several lines where one would be too long.
std::string assignment(const std::string& name, const Chain& chain);
/// The same on one line without a name, as an argument.
std::string inline_text(const Chain& chain);

}  // namespace millrace::spark
