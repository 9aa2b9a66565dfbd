#include "expressions/kernels/wide_decimal.hpp"

#include <algorithm>
#include <vector>

#include "records/decimal.hpp"
#include "records/wide_integer.hpp"

namespace millrace::kernels {

namespace {

/// Digits of a magnitude, least first. Only for error texts: nothing here is fast.
using Digits = std::vector<int>;

Digits digits_of(Int128 value, int trailing_zeros) {
  Digits digits(static_cast<std::size_t>(trailing_zeros), 0);
  for (UInt128 rest = magnitude(value); rest != 0; rest /= 10)
    digits.push_back(static_cast<int>(rest % 10));
  return digits;
}

void carry(Digits& digits) {
  int over = 0;
  for (int& digit : digits) {
    digit += over;
    over = digit / 10;
    digit %= 10;
  }
  for (; over != 0; over /= 10) digits.push_back(over % 10);
}

/// Sum of two signed numbers; `negative` is the sign of the result.
Digits sum(Digits a, bool a_negative, Digits b, bool b_negative, bool& negative) {
  const std::size_t size = std::max(a.size(), b.size()) + 1;
  a.resize(size, 0);
  b.resize(size, 0);
  if (a_negative != b_negative &&
      std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend())) {
    std::swap(a, b);
    std::swap(a_negative, b_negative);
  }
  negative = a_negative;
  int borrow = 0;
  for (std::size_t i = 0; i < size; ++i) {
    a[i] += a_negative == b_negative ? b[i] : -b[i] - borrow;
    borrow = a_negative != b_negative && a[i] < 0;
    if (borrow) a[i] += 10;
  }
  carry(a);
  return a;
}

Digits product(const Digits& a, const Digits& b) {
  Digits result(a.size() + b.size() + 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  carry(result);
  return result;
}

/// Rounds to 38 significant digits, HALF_UP; `scale` shrinks by the digits cut.
void round(Digits& digits, int& scale) {
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  if (digits.size() <= static_cast<std::size_t>(kMaxDecimalPrecision)) return;
  const std::size_t cut = digits.size() - kMaxDecimalPrecision;
  const bool up = digits[cut - 1] >= 5;
  digits.erase(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(cut));
  digits[0] += up;
  carry(digits);
  scale -= static_cast<int>(cut);
}

std::string text_of(Digits digits, int scale, bool negative) {
  while (scale < 0) {
    digits.insert(digits.begin(), 0);
    ++scale;
  }
  while (digits.size() <= static_cast<std::size_t>(scale)) digits.push_back(0);
  std::string text = negative ? "-" : "";
  for (std::size_t i = digits.size(); i-- > 0;) {
    text += static_cast<char>('0' + digits[i]);
    if (i != 0 && i == static_cast<std::size_t>(scale)) text += '.';
  }
  return text;
}

}  // namespace

std::string exact_result(Arithmetic operation, Int128 a, int a_scale, Int128 b, int b_scale) {
  bool negative = (a < 0) != (b < 0);
  int scale = a_scale + b_scale;
  Digits digits;
  if (operation == Arithmetic::Multiply) {
    digits = product(digits_of(a, 0), digits_of(b, 0));
  } else {
    scale = std::max(a_scale, b_scale);
    const bool b_negative = (b < 0) != (operation == Arithmetic::Subtract);
    digits = sum(digits_of(a, scale - a_scale), a < 0, digits_of(b, scale - b_scale), b_negative,
                 negative);
  }
  round(digits, scale);
  return text_of(std::move(digits), scale, negative);
}

}  // namespace millrace::kernels
