#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/type.hpp"

namespace millrace {

// Writing.

/// Java's Double.toString with shortest digits: `1.0`, `1.0E10`, `0.001`, `1.0E-4`, `NaN`, `-Infinity`.
void append_double(std::string& out, double value);
void append_float(std::string& out, float value);
void append_integer(std::string& out, std::int64_t value);

// Reading: Spark's CAST from STRING. White space around is cut; empty where the text is malformed.

/// Ansi: digits with a sign. Legacy: a fraction may follow and is cut (`-1.9` is -1, `.5` is 0).
enum class IntegerSyntax { Ansi, Legacy };
/// `kind` is Byte, Short, Int or Long; a number out of its range is malformed.
std::optional<std::int64_t> parse_integer(std::string_view text, TypeKind kind, IntegerSyntax syntax);
/// `1.5`, `1e3`, `inf`, `-Infinity`, `NaN`, `1.5d`, `0x1p3`; too large numbers become infinite.
std::optional<double> parse_double(std::string_view text);
std::optional<float> parse_float(std::string_view text);
/// `t true y yes 1` and `f false n no 0` in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// Cuts white space and control characters on both sides, as the casts do.
std::string_view trim_all(std::string_view text);

}  // namespace millrace
