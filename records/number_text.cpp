#include "records/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace millrace {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `d.dddE-n` from what to_chars gives: `d.ddde-0n`.
void append_scientific(std::string& out, const char* text, const char* end) {
  const char* exponent = end;
  while (*--exponent != 'e') {}
  out.append(text, exponent);
  if (std::string_view(text, exponent).find('.') == std::string_view::npos) out += ".0";
  out += 'E';
  ++exponent;
  if (*exponent == '-') out += '-';
  ++exponent;
  while (*exponent == '0' && exponent + 1 < end) ++exponent;
  out.append(exponent, end);
}

/// Where the shortest text has one digit Java takes the nearest text of two digits (4.9E-324), which
/// is written over `text`. Returns the new end.
template <class Real>
const char* widen_to_two_digits(char* text, const char* end, Real value) {
  char wide[64];
  const auto written =
      std::to_chars(wide, wide + sizeof wide, value, std::chars_format::scientific, 1);
  Real back = 0;
  const auto parsed = std::from_chars(wide, written.ptr, back);
  if (parsed.ec != std::errc() || back != value) return end;
  return std::copy(wide, written.ptr, text);
}

template <class Real>
void append_real(std::string& out, Real value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  char text[64];
  char* const limit = text + sizeof text;
  const Real magnitude = std::abs(value);
  if (magnitude == 0 || (magnitude >= Real(1e-3) && magnitude < Real(1e7))) {
    char* end = std::to_chars(text, limit, value, std::chars_format::fixed).ptr;
    out.append(text, end);
    if (magnitude == std::trunc(magnitude)) out += ".0";
    return;
  }
  const char* end = std::to_chars(text, limit, value, std::chars_format::scientific).ptr;
  if (std::string_view(text, end).find('.') == std::string_view::npos)
    end = widen_to_two_digits(text, end, value);
  append_scientific(out, text, end);
}

/// What a decimal floating point text is made of.
struct RealSyntax {
  bool valid = false;
  bool is_zero = true;
  std::int64_t leading_exponent = 0;  // power of ten of the first digit that is not 0
};

RealSyntax scan_real(std::string_view text) {
  RealSyntax syntax;
  std::size_t i = 0;
  std::size_t num_digits = 0;
  std::int64_t zeros = 0;  // between the point and the first other digit
  bool seen_point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !seen_point)); ++i) {
    if (text[i] == '.') {
      seen_point = true;
      continue;
    }
    ++num_digits;
    if (text[i] != '0' && syntax.is_zero) {
      syntax.is_zero = false;
      syntax.leading_exponent = -zeros - 1;
    }
    if (seen_point && syntax.is_zero) ++zeros;
    if (!seen_point && !syntax.is_zero) ++syntax.leading_exponent;
  }
  if (num_digits == 0) return syntax;
  if (i < text.size() && lower(text[i]) == 'e') {
    ++i;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (i == text.size()) return syntax;
    std::int64_t exponent = 0;
    for (; i < text.size() && is_digit(text[i]); ++i)
      exponent = std::min<std::int64_t>(exponent * 10 + (text[i] - '0'), 1'000'000'000);
    syntax.leading_exponent += negative ? -exponent : exponent;
    if (!is_digit(text[i - 1])) return syntax;
  }
  syntax.valid = i == text.size();
  return syntax;
}

bool equals_lower(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (lower(text[i]) != word[i]) return false;
  return true;
}

template <class Real>
std::optional<Real> parse_hexadecimal(std::string_view text) {
  Real value = 0;
  if (text.find_first_of("pP") == std::string_view::npos) return {};
  const auto parsed =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  if (parsed.ec == std::errc::invalid_argument || parsed.ptr != text.data() + text.size()) return {};
  if (parsed.ec == std::errc::result_out_of_range)
    return text.find('-') == std::string_view::npos ? std::numeric_limits<Real>::infinity() : Real(0);
  return value;
}

template <class Real>
std::optional<Real> parse_magnitude(std::string_view text) {
  if (equals_lower(text, "inf") || equals_lower(text, "infinity"))
    return std::numeric_limits<Real>::infinity();
  if (text.size() > 2 && text[0] == '0' && lower(text[1]) == 'x')
    return parse_hexadecimal<Real>(text.substr(2));
  if (!text.empty() && (lower(text.back()) == 'd' || lower(text.back()) == 'f'))
    text.remove_suffix(1);
  const RealSyntax syntax = scan_real(text);
  if (!syntax.valid) return {};
  Real value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
    return syntax.is_zero || syntax.leading_exponent < 0 ? Real(0)
                                                         : std::numeric_limits<Real>::infinity();
  return value;
}

template <class Real>
std::optional<Real> parse_real(std::string_view text) {
  text = trim_all(text);
  if (equals_lower(text, "nan")) return std::numeric_limits<Real>::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::optional<Real> value = parse_magnitude<Real>(text);
  return value && negative ? -*value : value;
}

std::int64_t smallest(TypeKind kind) {
  switch (kind) {
    case TypeKind::Byte: return std::numeric_limits<std::int8_t>::min();
    case TypeKind::Short: return std::numeric_limits<std::int16_t>::min();
    case TypeKind::Int: return std::numeric_limits<std::int32_t>::min();
    default: return std::numeric_limits<std::int64_t>::min();
  }
}

bool all_digits(std::string_view text) {
  for (char c : text)
    if (!is_digit(c)) return false;
  return true;
}

}  // namespace

void append_double(std::string& out, double value) { append_real(out, value); }
void append_float(std::string& out, float value) { append_real(out, value); }

void append_integer(std::string& out, std::int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string_view trim_all(std::string_view text) {
  auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> parse_integer(std::string_view text, TypeKind kind,
                                          IntegerSyntax syntax) {
  text = trim_all(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return {};
  const std::size_t point =
      syntax == IntegerSyntax::Legacy ? text.find('.') : std::string_view::npos;
  if (point != std::string_view::npos) {
    if (!all_digits(text.substr(point + 1))) return {};
    text = text.substr(0, point);
  }
  std::int64_t value = 0;  // counted downwards: the smallest number has no positive twin
  for (char c : text) {
    if (!is_digit(c) || __builtin_mul_overflow(value, 10, &value) ||
        __builtin_sub_overflow(value, c - '0', &value))
      return {};
  }
  const std::int64_t lowest = smallest(kind);
  if (value < lowest || (!negative && value == lowest)) return {};
  return negative ? value : -value;
}

std::optional<double> parse_double(std::string_view text) { return parse_real<double>(text); }
std::optional<float> parse_float(std::string_view text) { return parse_real<float>(text); }

std::optional<bool> parse_boolean(std::string_view text) {
  text = trim_all(text);
  for (const char* word : {"t", "true", "y", "yes", "1"})
    if (equals_lower(text, word)) return true;
  for (const char* word : {"f", "false", "n", "no", "0"})
    if (equals_lower(text, word)) return false;
  return {};
}

}  // namespace millrace
