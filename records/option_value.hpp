#pragma once

#include "records/options.hpp"
#include "records/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

// Reading option values with Spark's error texts. An option that is not set gives `fallback`.

/// The error of option `name`, at the place where the user set it.
Error option_error(const Options& options, std::string_view name, std::string message,
                   std::string fix = {});

/// The text, or `fallback`.
std::string text_option(const Options& options, std::string_view name, std::string_view fallback);
/// `true` or `false` in any case; error `Invalid value 'x' for option 'name', must be 'true' or
/// 'false'`.
Result<bool> boolean_option(const Options& options, std::string_view name, bool fallback);
/// Error `For input string: "x"`, Java's text for what is no number.
Result<std::int64_t> integer_option(const Options& options, std::string_view name,
                                    std::int64_t fallback);
/// Error `Invalid value 'x' for option 'name', must be a positive integer`. Empty when not set.
Result<std::optional<std::int64_t>> positive_option(const Options& options, std::string_view name);
/// Microseconds from `10s`, `100ms`, `2h`, or a number in `default_unit` (us ms s m h d). Error:
/// Spark's text that lists the units.
Result<std::int64_t> duration_option(const Options& options, std::string_view name,
                                     std::string_view default_unit, std::int64_t fallback);

// Declaring options.

OptionDeclaration declare(std::string name, OptionType type, std::string default_text,
                          std::string summary);
OptionDeclaration declare_required(std::string name, OptionType type, std::string summary);
OptionDeclaration declare_choice(std::string name, std::vector<std::string> choices,
                                 std::string default_text, std::string summary);

/// Adds the options of `more` whose names `options` does not have.
void add_options(std::vector<OptionDeclaration>& options,
                 const std::vector<OptionDeclaration>& more);

/// Whole number with a sign, nothing else; empty when it is none or out of range.
std::optional<std::int64_t> parse_whole_number(std::string_view text);
/// Text without blanks at both ends, ASCII letters lower case.
std::string lower_trimmed(std::string_view text);

}  // namespace millrace
