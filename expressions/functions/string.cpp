#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/utf8.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

constexpr std::size_t kNone = string_view::npos;

std::int32_t count_characters(string_view text) {
  return static_cast<std::int32_t>(utf8::count(text));
}

/// Position of `part` in characters from 1, searched from character `from`; 0 when it is not there.
std::int32_t position_of(string_view part, string_view text, std::int32_t from) {
  if (from < 1) return 0;
  if (part.empty()) return 1;
  const std::size_t start = utf8::offset_of(text, static_cast<std::size_t>(from - 1));
  const std::size_t found = text.find(part, start);
  if (found == kNone) return 0;
  return count_characters(text.substr(0, found)) + 1;
}

/// The place of `count` occurrences of `part`, from the left, or from the right when negative.
string_view substring_index(string_view text, string_view part, std::int32_t count) {
  if (part.empty() || count == 0) return {};
  if (count > 0) {
    std::size_t at = text.find(part);
    for (; at != kNone && --count > 0;) at = text.find(part, at + 1);
    return text.substr(0, at);
  }
  std::size_t at = text.rfind(part);
  for (; at != kNone && ++count < 0;) at = at == 0 ? kNone : text.rfind(part, at - 1);
  return at == kNone ? text : text.substr(at + part.size());
}

std::int32_t find_in_set(string_view word, string_view words) {
  if (word.find(',') != kNone) return 0;
  for (std::int32_t index = 1;; ++index) {
    const std::size_t comma = words.find(',');
    if (words.substr(0, comma) == word) return index;
    if (comma == kNone) return 0;
    words.remove_prefix(comma + 1);
  }
}

std::vector<char32_t> code_points(string_view text) {
  std::vector<char32_t> codes;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text, at);
    codes.push_back(decoded.code);
    at += decoded.width;
  }
  return codes;
}

std::int32_t levenshtein(string_view left, string_view right) {
  const std::vector<char32_t> a = code_points(left), b = code_points(right);
  std::vector<std::int32_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::int32_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::int32_t diagonal = row[0];
    row[0] = static_cast<std::int32_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::int32_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// -1 beyond the limit.
std::int32_t limited_levenshtein(string_view left, string_view right, std::int32_t limit) {
  const std::int32_t distance = levenshtein(left, right);
  return distance <= limit ? distance : -1;
}

Result<BoundExpressionPtr> bind_levenshtein(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  return call.arguments.size() == 2
             ? FunctionGroup::binder<Int(String, String)>(plain(levenshtein))(call)
             : FunctionGroup::binder<Int(String, String, Int)>(plain(limited_levenshtein))(call);
}

std::int32_t first_code(string_view text) {
  return text.empty() ? 0 : static_cast<std::int32_t>(utf8::decode(text, 0).code);
}

/// An optional, as Spark calls the result nullable.
std::optional<bool> luhn_check(string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
    if (*digit < '0' || *digit > '9') return false;
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return !digits.empty() && sum % 10 == 0;
}

void register_lengths(FunctionGroup& strings) {
  strings
      .add_custom("length(text)", "Number of characters of a text, or of bytes of a binary.",
                  [](const FunctionCall& call) -> Result<BoundExpressionPtr> {
                    if (!call.arguments.empty() && call.arguments[0] &&
                        call.arguments[0]->type().kind() == TypeKind::Binary)
                      return FunctionGroup::binder<Int(Binary)>(
                          plain([](string_view b) { return static_cast<std::int32_t>(b.size()); }))(call);
                    return FunctionGroup::binder<Int(String)>(plain(count_characters))(call);
                  })
      .alias("char_length")
      .alias("character_length")
      .alias("len");
  strings.add<Int(String)>("octet_length(text)", "Number of bytes.", [](string_view text) {
    return static_cast<std::int32_t>(text.size());
  });
  strings.add<Int(String)>("bit_length(text)", "Number of bits.", [](string_view text) {
    return static_cast<std::int32_t>(text.size() * 8);
  });
}

void register_search(FunctionGroup& strings) {
  strings.add<Boolean(String, String)>(
      "contains(text, part)", "True when `part` occurs in the text.",
      [](string_view text, string_view part) { return text.find(part) != kNone; });
  strings.add<Boolean(String, String)>(
      "startswith(text, part)", "True when the text begins with `part`.",
      [](string_view text, string_view part) { return text.starts_with(part); });
  strings.add<Boolean(String, String)>(
      "endswith(text, part)", "True when the text ends with `part`.",
      [](string_view text, string_view part) { return text.ends_with(part); });
  strings.add<Int(String, String)>(
      "instr(text, part)", "Position of `part` from 1, 0 when it does not occur.",
      [](string_view text, string_view part) { return position_of(part, text, 1); });
  strings
      .add<Int(String, String, Int)>(
          "locate(part, text[, from])",
          "Position of `part` from 1, searched from position `from`; 0 when it does not occur.",
          position_of, {int_value(1)})
      .alias("position");
  strings.add<Int(String, String)>("find_in_set(word, words)",
                                   "Place of a word in a list with commas, 0 when it is not there.",
                                   find_in_set);
  strings.add<String(String, String, Int)>(
      "substring_index(text, part, count)",
      "What stands before the count-th `part`; after it, from the right, when count is negative.",
      substring_index);
}

}  // namespace

void register_string_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  register_lengths(strings);
  register_search(strings);
  strings.add_custom("levenshtein(a, b[, most])",
                     "Edits that turn one text into the other; -1 when they are more than `most`.", bind_levenshtein);
  strings.add<Int(String)>("ascii(text)", "Code point of the first character, 0 for the empty text.",
                           first_code);
  strings.add<Boolean(String)>("luhn_check(digits)", "True when the check digit is right.",
                               luhn_check);
  strings.add<Boolean(String)>("is_valid_utf8(text)", "True when the bytes are valid UTF-8.",
                               [](string_view text) { return std::optional(utf8::is_valid(text)); });
}

}  // namespace millrace
