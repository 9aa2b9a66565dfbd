#include "records/option_value.hpp"

#include "records/type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace millrace {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<Unit, 7> kUnits{{{"us", 1},
                                      {"ms", 1'000},
                                      {"s", 1'000'000},
                                      {"m", 60'000'000},
                                      {"min", 60'000'000},
                                      {"h", 3'600'000'000},
                                      {"d", 86'400'000'000}}};

std::optional<std::int64_t> parse_duration(std::string_view text, std::string_view default_unit) {
  const std::size_t digits = text.find_first_not_of("-0123456789");
  const std::string_view name =
      digits == std::string_view::npos ? default_unit : text.substr(digits);
  const auto number = parse_whole_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : kUnits) {
    std::int64_t micros = 0;
    if (unit.name == name && !__builtin_mul_overflow(*number, unit.micros, &micros)) return micros;
  }
  return std::nullopt;
}

}  // namespace

Error option_error(const Options& options, std::string_view name, std::string message,
                   std::string fix) {
  if (fix.empty()) fix = fmt::format("give '{}' such a value, or leave it out", name);
  Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
  if (const OptionText* text = options.find(name)) error.origin = text->origin;
  return error;
}

std::string text_option(const Options& options, std::string_view name, std::string_view fallback) {
  const OptionText* text = options.find(name);
  return text == nullptr ? std::string(fallback) : text->value;
}

Result<bool> boolean_option(const Options& options, std::string_view name, bool fallback) {
  const OptionText* text = options.find(name);
  if (text == nullptr) return fallback;
  const std::string value = lower_trimmed(text->value);
  if (value == "true") return true;
  if (value == "false") return false;
  return option_error(options, name,
                      fmt::format("Invalid value '{}' for option '{}', must be 'true' or 'false'",
                                  text->value, name),
                      "write true or false");
}

Result<std::int64_t> integer_option(const Options& options, std::string_view name,
                                    std::int64_t fallback) {
  const OptionText* text = options.find(name);
  if (text == nullptr) return fallback;
  if (const auto number = parse_whole_number(text->value)) return *number;
  return option_error(options, name, fmt::format("For input string: \"{}\"", text->value),
                      fmt::format("give '{}' a whole number", name));
}

Result<std::optional<std::int64_t>> positive_option(const Options& options, std::string_view name) {
  const OptionText* text = options.find(name);
  if (text == nullptr) return std::optional<std::int64_t>();
  const auto number = parse_whole_number(text->value);
  if (number && *number > 0) return number;
  return option_error(options, name,
                      fmt::format("Invalid value '{}' for option '{}', must be a positive integer",
                                  text->value, name),
                      "write a whole number of 1 or more");
}

Result<std::int64_t> duration_option(const Options& options, std::string_view name,
                                     std::string_view default_unit, std::int64_t fallback) {
  const OptionText* text = options.find(name);
  if (text == nullptr) return fallback;
  if (const auto micros = parse_duration(lower_trimmed(text->value), default_unit)) return *micros;
  return option_error(
      options, name,
      fmt::format(
          "Time must be specified as seconds (s), milliseconds (ms), microseconds (us), minutes "
          "(m or min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.\nFailed to parse time "
          "string: {}",
          text->value),
      "write a number and a unit, for example 7d or 100ms");
}

OptionDeclaration declare(std::string name, OptionType type, std::string default_text,
                          std::string summary) {
  OptionDeclaration option;
  option.name = std::move(name);
  option.type = type;
  option.default_text = std::move(default_text);
  option.summary = std::move(summary);
  return option;
}

OptionDeclaration declare_required(std::string name, OptionType type, std::string summary) {
  OptionDeclaration option = declare(std::move(name), type, {}, std::move(summary));
  option.required = true;
  return option;
}

OptionDeclaration declare_choice(std::string name, std::vector<std::string> choices,
                                 std::string default_text, std::string summary) {
  OptionDeclaration option =
      declare(std::move(name), OptionType::Choice, std::move(default_text), std::move(summary));
  option.choices = std::move(choices);
  return option;
}

void add_options(std::vector<OptionDeclaration>& options,
                 const std::vector<OptionDeclaration>& more) {
  for (const OptionDeclaration& option : more) {
    const auto same = [&](const OptionDeclaration& known) {
      return equal_ignoring_case(known.name, option.name);
    };
    if (std::none_of(options.begin(), options.end(), same)) options.push_back(option);
  }
}

std::optional<std::int64_t> parse_whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string lower_trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  std::string lower(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

}  // namespace millrace
