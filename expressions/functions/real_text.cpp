#include "expressions/functions/real_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace millrace {

namespace {

/// d.ddd times ten to the power of `exponent`.
struct Digits {
  std::string digits;
  int exponent = 0;

  /// The digit number `i` from the first one on, which may lie outside.
  char at(int i) const { return i < 0 || i >= static_cast<int>(digits.size()) ? '0' : digits[static_cast<std::size_t>(i)]; }
};

Digits shortest_digits(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific).ptr;
  Digits result;
  const char* at = text;
  for (; at != end && *at != 'e'; ++at)
    if (*at != '.') result.digits += *at;
  // `e+05`: from_chars knows no plus.
  if (at != end) std::from_chars(at + (at[1] == '+' ? 2 : 1), end, result.exponent);
  return result;
}

/// Keeps so many digits, a half goes up; none are kept when the number is too small for the last place.
void round_to(Digits& number, int count) {
  if (count >= static_cast<int>(number.digits.size())) return;
  const bool up = count >= 0 && number.at(count) >= '5';
  number.digits.resize(static_cast<std::size_t>(std::max(count, 0)));
  if (!up) return;
  auto digit = number.digits.rbegin();
  for (; digit != number.digits.rend() && *digit == '9'; ++digit) *digit = '0';
  if (digit != number.digits.rend()) return void(++*digit);
  number.digits.insert(number.digits.begin(), '1');
  ++number.exponent;
}

}  // namespace

std::string fixed_text(double value, int precision) {
  Digits number = shortest_digits(value);
  round_to(number, number.exponent + 1 + precision);
  std::string text;
  for (int place = std::max(number.exponent, 0); place >= -precision; --place) {
    if (place == -1) text += '.';
    text += number.at(number.exponent - place);
  }
  return text;
}

std::string scientific_text(double value, int precision) {
  Digits number = shortest_digits(value);
  round_to(number, precision + 1);
  std::string text(1, number.at(0));
  if (precision > 0) text += '.';
  for (int i = 1; i <= precision; ++i) text += number.at(i);
  return text + fmt::format("e{}{:02}", number.exponent < 0 ? '-' : '+', std::abs(number.exponent));
}

}  // namespace millrace
