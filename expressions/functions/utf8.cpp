#include "expressions/functions/utf8.hpp"

#include <cstring>
#include <cwctype>

#include <locale.h>

namespace millrace::utf8 {

namespace {

locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

bool is_scalar_value(char32_t code, std::size_t width) {
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return code >= kLeast[width] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

}  // namespace

std::size_t count(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); at = next(text, at)) ++characters;
  return characters;
}

std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at = next(text, at);
  return at;
}

Decoded decode(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t width = width_of(text[at]);
  if (width == 1) return {0xFFFD, 1};
  char32_t code = lead & (0x7Fu >> width);
  for (std::size_t i = 1; i < width; ++i) {
    if (!is_continuation(text, at + i)) return {0xFFFD, 1};
    code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  }
  return is_scalar_value(code, width) ? Decoded{code, width} : Decoded{0xFFFD, 1};
}

std::size_t encode(char32_t code, char* to) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return to[0] = static_cast<char>(code), 1;
  if (code < 0x800) return to[0] = static_cast<char>(0xC0 | (code >> 6)), to[1] = tail(0), 2;
  if (code < 0x10000) {
    to[0] = static_cast<char>(0xE0 | (code >> 12)), to[1] = tail(6), to[2] = tail(0);
    return 3;
  }
  to[0] = static_cast<char>(0xF0 | (code >> 18)), to[1] = tail(12), to[2] = tail(6), to[3] = tail(0);
  return 4;
}

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  std::uint64_t bits = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    bits |= word;
  }
  for (; i < text.size(); ++i) bits |= static_cast<unsigned char>(text[i]);
  return (bits & 0x8080808080808080u) == 0;
}

bool is_valid(std::string_view text) {
  if (is_ascii(text)) return true;
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode(text, at);
    if (decoded.width == 1 && decoded.code == 0xFFFD) return false;
    at += decoded.width;
  }
  return true;
}

char32_t to_upper(char32_t code) {
  return static_cast<char32_t>(towupper_l(static_cast<wint_t>(code), unicode_locale()));
}
char32_t to_lower(char32_t code) {
  return static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), unicode_locale()));
}

}  // namespace millrace::utf8
