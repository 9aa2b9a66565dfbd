#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::utf8 {

/// UTF-8 as Spark counts it: a character begins at every byte that says so, whatever follows. Invalid
/// bytes count as one character each; nothing here reads past the end.

/// Bytes of the character whose first byte is `lead`.
constexpr std::size_t width_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1;
}
/// Position after the character at `at`.
constexpr std::size_t next(std::string_view text, std::size_t at) {
  const std::size_t after = at + width_of(text[at]);
  return after < text.size() ? after : text.size();
}
std::size_t count(std::string_view text);
/// Byte position of character number `index`; text.size() when there are fewer.
std::size_t offset_of(std::string_view text, std::size_t index);
/// Code point at `at` and its width; U+FFFD and 1 when it is invalid.
struct Decoded {
  char32_t code;
  std::size_t width;
};
Decoded decode(std::string_view text, std::size_t at);
/// Writes up to 4 bytes to `to`; returns how many.
std::size_t encode(char32_t code, char* to);
bool is_valid(std::string_view text);
bool is_ascii(std::string_view text);

/// Case by the Unicode tables; what has no single counterpart stays, save U+00DF in upper case.
char32_t to_upper(char32_t code);
char32_t to_lower(char32_t code);

}  // namespace millrace::utf8
