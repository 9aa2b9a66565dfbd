#include <array>
#include <cstdio>

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/utf8.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

constexpr char kUpperDigits[] = "0123456789ABCDEF";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

string_view hex_of_bytes(CallRow& row, string_view bytes) {
  char* to = row.arena().allocate(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    to[2 * i] = kUpperDigits[byte >> 4];
    to[2 * i + 1] = kUpperDigits[byte & 15];
  }
  return {to, bytes.size() * 2};
}

string_view hex_of_long(CallRow& row, std::int64_t number) {
  char digits[17];
  const int length = std::snprintf(digits, sizeof digits, "%lX", static_cast<unsigned long>(number));
  return row.copy({digits, static_cast<std::size_t>(length)});
}

std::optional<string_view> unhex(CallRow& row, string_view text) {
  const std::size_t bytes = (text.size() + 1) / 2;
  char* to = row.arena().allocate(bytes);
  std::size_t i = 0, at = 0;
  if (text.size() % 2 == 1) {
    const int digit = hex_digit(text[i++]);
    if (digit < 0) return std::nullopt;
    to[at++] = static_cast<char>(digit);
  }
  for (; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    to[at++] = static_cast<char>(high * 16 + low);
  }
  return string_view(to, bytes);
}

string_view base64(CallRow& row, string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : kBase64[(group >> (18 - 6 * k)) & 63];
  }
  return row.copy(text);
}

Error malformed_base64(string_view text) {
  return make_error(ErrorKind::QueryFailed, "unbase64: malformed base64: '" + std::string(text) + "'",
                    "digits come in fours, with = in place of the last one or two that are missing");
}

/// As Java's MIME decoder: what is no digit is passed over, `=` may only fill up the last four.
OrError<string_view> unbase64(CallRow& row, string_view text) {
  static constexpr string_view kAlphabet(kBase64, 64);
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  std::size_t digits = 0, padding = 0;
  for (char c : text) {
    if (c == '=') {
      if (++padding > 2 || digits % 4 < 2) return row.fail(malformed_base64(text));
      continue;
    }
    const std::size_t digit = kAlphabet.find(c);
    if (digit == string_view::npos) continue;
    if (padding > 0) return row.fail(malformed_base64(text));
    ++digits;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(group >> (bits -= 8));
  }
  if (digits % 4 == 1 || (padding > 0 && (digits + padding) % 4 != 0)) return row.fail(malformed_base64(text));
  return row.copy(bytes);
}

/// An optional, as Spark calls the result nullable.
std::optional<string_view> url_encode(CallRow& row, string_view text) {
  std::string result;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '*' || c == '_';
    if (kept) result += c;
    else if (c == ' ') result += '+';
    else (result += '%') += {kUpperDigits[byte >> 4], kUpperDigits[byte & 15]};
  }
  return row.copy(result);
}

Error undecodable_url(string_view text) {
  return row_error("CANNOT_DECODE_URL", "22546",
                   "The provided URL cannot be decoded: " + std::string(text) +
                       ". Please ensure that the URL is properly formatted and try again.");
}

template <bool IsTry>
std::optional<string_view> url_decode(CallRow& row, string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        if (IsTry) return std::nullopt;
        return row.fail(undecodable_url(text));
      }
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return row.copy(result);
}

Error malformed_binary(string_view text, string_view format) {
  return row_error("CONVERSION_INVALID_INPUT", "22018",
                   "The value '" + std::string(text) + "' (\"STRING\") cannot be converted to "
                       "\"BINARY\" because it is malformed. Correct the value as per the syntax, or "
                       "change its format. Use `try_to_binary` to tolerate malformed input and return "
                       "NULL instead.",
                   "the format is " + std::string(format));
}

/// Whether base64 has only its digits, with the right padding: to_binary is stricter than unbase64.
bool is_strict_base64(string_view text) {
  std::size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n') continue;
    if (c == '=') ++padding;
    else if (padding > 0 || string_view(kBase64, 64).find(c) == string_view::npos) return false;
    else ++digits;
  }
  return padding <= 2 && digits % 4 != 1 && (padding == 0 || (digits + padding) % 4 == 0);
}

std::optional<string_view> binary_of(CallRow& row, string_view text, string_view format) {
  if (equal_ignoring_case(format, "utf-8") || equal_ignoring_case(format, "utf8")) return text;
  if (equal_ignoring_case(format, "hex")) return unhex(row, text);
  if (!is_strict_base64(text)) return std::nullopt;
  return unbase64(row, text);
}

bool is_binary_format(string_view format) {
  for (const char* known : {"hex", "base64", "utf-8", "utf8"})
    if (equal_ignoring_case(format, known)) return true;
  return false;
}

template <bool IsTry>
Result<BoundExpressionPtr> bind_to_binary(const FunctionCall& call) {
  std::string format = "hex";
  if (call.arguments.size() > 1 && call.arguments[1]) {
    const std::optional<std::string> text = constant_text(*call.arguments[1]);
    if (!text || !is_binary_format(*text))
      return type_mismatch(call, "INVALID_ARG_VALUE",
                           "The `fmt` value must to be a case-insensitive \"STRING\" literal of "
                           "'hex', 'utf-8', 'utf8', or 'base64', but got '" +
                               text.value_or("NULL") + "'");
    format = *text;
  }
  return FunctionGroup::binder<Binary(String, String)>(
      plain([format](CallRow& row, string_view text, string_view) -> std::optional<string_view> {
        const std::optional<string_view> bytes = binary_of(row, text, format);
        if (!bytes && !IsTry) return row.fail(malformed_binary(text, format));
        return bytes;
      }),
      {text_value("hex")})(call);
}

/// An optional, as Spark calls the result nullable.
std::optional<string_view> make_valid_utf8(CallRow& row, string_view text) {
  if (utf8::is_valid(text)) return text;
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text, at);
    char bytes[4];
    valid.append(bytes, utf8::encode(decoded.code, bytes));
    at += decoded.width;
  }
  return row.copy(valid);
}

template <bool IsTry>
std::optional<string_view> validate_utf8(CallRow& row, string_view text) {
  if (utf8::is_valid(text)) return text;
  if (IsTry) return std::nullopt;
  return row.fail(row_error("INVALID_UTF8_STRING", "22029",
                            "Invalid UTF8 byte sequence found in string: " +
                                std::string(hex_of_bytes(row, text)) + "."));
}

string_view character(CallRow& row, std::int64_t code) {
  if (code < 0) return {};
  char bytes[4];
  return row.copy({bytes, utf8::encode(static_cast<char32_t>(code % 256), bytes)});
}

enum class Charset { Utf8, Latin1, Ascii, Utf16, Utf16be, Utf16le };

std::optional<Charset> charset_of(string_view name) {
  static constexpr std::pair<string_view, Charset> kNames[] = {
      {"UTF-8", Charset::Utf8},       {"ISO-8859-1", Charset::Latin1},
      {"US-ASCII", Charset::Ascii},   {"UTF-16", Charset::Utf16},
      {"UTF-16BE", Charset::Utf16be}, {"UTF-16LE", Charset::Utf16le}};
  for (const auto& [known, charset] : kNames)
    if (equal_ignoring_case(name, known)) return charset;
  return std::nullopt;
}

Error unknown_charset(string_view function, string_view name) {
  return invalid_parameter("CHARSET", "charset", function,
                           "expects one of the charsets 'US-ASCII', 'ISO-8859-1', 'UTF-8', "
                           "'UTF-16BE', 'UTF-16LE', 'UTF-16', 'UTF-32', but got " +
                               std::string(name) + ".");
}

void put_unit(std::string& out, std::uint32_t unit, bool little) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit);
  out += {little ? low : high, little ? high : low};
}

Error malformed_coding(string_view function, string_view charset) {
  return row_error("MALFORMED_CHARACTER_CODING", "22000",
                   "Invalid value found when performing " + std::string(function) + " with " +
                       std::string(charset) + ".");
}

/// False when the charset has no such character.
bool put_code(std::string& out, char32_t code, Charset charset) {
  if (charset == Charset::Latin1 || charset == Charset::Ascii) {
    out += static_cast<char>(code);
    return code < (charset == Charset::Latin1 ? 256u : 128u);
  }
  const bool little = charset == Charset::Utf16le;
  if (code >= 0x10000) {
    put_unit(out, 0xD800 + ((code - 0x10000) >> 10), little);
    code = 0xDC00 + ((code - 0x10000) & 0x3FF);
  }
  put_unit(out, code, little);
  return true;
}

std::optional<string_view> encode(CallRow& row, string_view text, string_view name) {
  const std::optional<Charset> charset = charset_of(name);
  if (!charset) return row.fail(unknown_charset("encode", name));
  if (*charset == Charset::Utf8) return text;
  std::string result;
  if (*charset == Charset::Utf16 && !text.empty()) result = "\xFE\xFF";
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text, at);
    if (!put_code(result, decoded.code, *charset)) return row.fail(malformed_coding("encode", name));
    at += decoded.width;
  }
  return row.copy(result);
}

void append_code(std::string& out, char32_t code) {
  char bytes[4];
  out.append(bytes, utf8::encode(code, bytes));
}

/// Empty when a half of a character is missing.
std::optional<std::string> decode_utf16(string_view bytes, bool little) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  std::string result;
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little ? b << 8 | a : a << 8 | b);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t code = unit(i);
    if (code >= 0xD800 && code < 0xDC00 && i + 3 < bytes.size()) {
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
    append_code(result, code);
  }
  return result;
}

std::optional<string_view> decode(CallRow& row, string_view bytes, string_view name) {
  const std::optional<Charset> charset = charset_of(name);
  if (!charset) return row.fail(unknown_charset("decode", name));
  const auto malformed = [&] { return row.fail(malformed_coding("decode", name)); };
  if (*charset == Charset::Utf8) {
    if (!utf8::is_valid(bytes)) return malformed();
    return bytes;
  }
  if (*charset == Charset::Latin1 || *charset == Charset::Ascii) {
    if (*charset == Charset::Ascii && !utf8::is_ascii(bytes)) return malformed();
    std::string result;
    for (char c : bytes) append_code(result, static_cast<unsigned char>(c));
    return row.copy(result);
  }
  bool little = *charset == Charset::Utf16le;
  if (*charset == Charset::Utf16 && bytes.size() >= 2) {
    little = bytes.starts_with("\xFF\xFE");
    if (little || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
  }
  const std::optional<std::string> text = decode_utf16(bytes, little);
  if (!text) return malformed();
  return row.copy(*text);
}

/// decode(x, search, result, ..., default) is `case_when`; with two arguments it reads a charset.
Result<BoundExpressionPtr> bind_decode(const FunctionCall& call) {
  if (call.arguments.size() == 2)
    return FunctionGroup::binder<String(Binary, String)>(plain(decode))(call);
  if (call.arguments.size() < 2) return wrong_num_arguments(call, "> 1");
  std::vector<ExpressionPtr> cases;
  for (std::size_t i = 1; i + 1 < call.syntax.size(); i += 2) {
    cases.push_back(make_expression(Function{"<=>", {call.syntax[0], call.syntax[i]}, false, {}}));
    cases.push_back(call.syntax[i + 1]);
  }
  if (call.syntax.size() % 2 == 0) cases.push_back(call.syntax.back());
  if (!call.scope || !call.functions)
    return make_error(ErrorKind::QueryFailed, "decode: needs the scope of its call");
  std::vector<Error> errors;
  BoundExpressionPtr bound = millrace::bind(*make_expression(Function{"case_when", std::move(cases), false, {}}),
                                  *call.scope, *call.functions, call.settings, errors);
  if (!bound) return errors.front();
  return bound;
}

Result<BoundExpressionPtr> bind_hex(const FunctionCall& call) {
  if (!call.arguments.empty() && call.arguments[0] && call.arguments[0]->type().is_integral())
    return FunctionGroup::binder<String(Long)>(plain(hex_of_long))(call);
  if (!call.arguments.empty() && call.arguments[0] && call.arguments[0]->type().is_numeric())
    return FunctionGroup::binder<String(Long)>(plain(hex_of_long))(call);
  if (!call.arguments.empty() && call.arguments[0] &&
      call.arguments[0]->type().kind() == TypeKind::Binary)
    return FunctionGroup::binder<String(Binary)>(plain(hex_of_bytes))(call);
  return FunctionGroup::binder<String(String)>(plain(hex_of_bytes))(call);
}

}  // namespace

void register_string_encoding_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add_custom("hex(value)", "Hexadecimal digits of a number or of bytes.", bind_hex);
  strings.add<Binary(String)>("unhex(text)", "Bytes from hexadecimal digits, NULL when malformed.",
                              unhex);
  strings.add<String(Binary)>("base64(bytes)", "Bytes as base64.", base64);
  strings.add<Binary(String)>("unbase64(text)", "Bytes from base64.", unbase64);
  strings.add<String(String)>("url_encode(text)", "Text for use in a URL.", url_encode);
  strings.add<String(String)>("url_decode(text)", "Text from a URL.", url_decode<false>);
  strings.add<String(String)>("try_url_decode(text)", "Text from a URL, NULL when malformed.",
                              url_decode<true>);
  strings.add_custom("to_binary(text[, format])", "Bytes from hex, base64 or utf-8 text.",
                     bind_to_binary<false>);
  strings.add_custom("try_to_binary(text[, format])", "The same, NULL when malformed.",
                     bind_to_binary<true>);
  strings.add<String(String)>("make_valid_utf8(text)", "The text with U+FFFD for invalid bytes.",
                              make_valid_utf8);
  strings.add<String(String)>("validate_utf8(text)", "The text; an error when it is not valid UTF-8.",
                              validate_utf8<false>);
  strings.add<String(String)>("try_validate_utf8(text)",
                              "The text, NULL when it is not valid UTF-8.", validate_utf8<true>);
  strings.add<String(Long)>("chr(code)", "The character of a code from 0 to 255.", character)
      .alias("char");
  strings.add<Binary(String, String)>("encode(text, charset)", "Bytes of a text in a charset.",
                                      encode);
  strings.add_custom("decode(bytes, charset)",
                     "Text from bytes; with more arguments: value, then pairs to compare and return.",
                     bind_decode);
}

}  // namespace millrace
