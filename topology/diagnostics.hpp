#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "records/result.hpp"

namespace millrace {

/// Texts that origins refer to, by the name in `Origin::file`.
using SourceTexts = std::map<std::string, std::string, std::less<>>;

enum class Severity { Error, Warning };

/// One failure as the user sees it, without a line end behind it:
///
///     error: unknown column `amont`
///       --> fraud.yaml:14:23
///        |
///     14 |     where: amount > 0 and amont < 5000
///        |                           ^^^^^ did you mean `amount`?
///        = columns: id, user_id, amount
///        = fix: name one of the columns above
///
/// The line of the file is left out when the origin is unknown or its text is not in `texts`. Control
/// characters are escaped and long lines are cut around the caret. Pure.
std::string render_diagnostic(const Error& error, const SourceTexts& texts,
                              Severity severity = Severity::Error);

/// All of them, sorted by file, line and column (unknown places last), an empty line in between.
std::string render_diagnostics(std::vector<Error> errors, const SourceTexts& texts,
                               Severity severity = Severity::Error);

/// Sorts by file, line and column; unknown places come last, equal places keep their order.
void sort_by_position(std::vector<Error>& errors);

/// `text` with control characters as `\n`, `\x1b` ...; invalid UTF-8 becomes U+FFFD.
std::string escape_control_characters(std::string_view text);

}  // namespace millrace
