#include "expressions/parse/literal.hpp"

#include "expressions/expression_errors.hpp"
#include "expressions/parse/interval_literal.hpp"
#include "records/time_text.hpp"

#include <algorithm>
#include <array>

namespace millrace::parse {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
  };
  if (code < 0x80) return out.push_back(static_cast<char>(code));
  if (code < 0x800) return out.push_back(static_cast<char>(0xC0 | (code >> 6))), tail(0);
  if (code < 0x10000)
    return out.push_back(static_cast<char>(0xE0 | (code >> 12))), tail(6), tail(0);
  out.push_back(static_cast<char>(0xF0 | (code >> 18)));
  tail(12), tail(6), tail(0);
}

// The number of `digits` digits of `base` at the front of `text`; -1 when there are fewer.
std::int64_t leading_code(std::string_view text, std::size_t digits, int base) {
  if (text.size() < digits) return -1;
  std::int64_t code = 0;
  for (const char c : text.substr(0, digits)) {
    const int digit = hex_digit(c);
    if (digit < 0 || digit >= base) return -1;
    code = code * base + digit;
  }
  return code;
}

char simple_escape(char c) {
  switch (c) {
    case '0': return '\0';
    case 'b': return '\b';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'Z': return '\x1A';
    default: return c;
  }
}

// Appends what the escape at the front of `rest` (after its backslash) means; returns its length.
std::size_t append_escape(std::string& out, std::string_view rest) {
  const std::size_t digits = rest[0] == 'u' ? 4 : rest[0] == 'U' ? 8 : 0;
  const auto code = digits ? leading_code(rest.substr(1), digits, 16) : -1;
  if (code >= 0 && code <= 0x10FFFF)
    return append_utf8(out, static_cast<std::uint32_t>(code)), digits + 1;
  const auto octal = rest[0] >= '0' && rest[0] <= '1' ? leading_code(rest, 3, 8) : -1;
  if (octal >= 0) return append_utf8(out, static_cast<std::uint32_t>(octal)), 3;
  // Kept with the backslash: LIKE reads them.
  if (rest[0] == '%' || rest[0] == '_') out.push_back('\\');
  out.push_back(simple_escape(rest[0]));
  return 1;
}

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

Error invalid_typed_literal(std::string_view type, std::string_view text) {
  Error error = spark_error("INVALID_TYPED_LITERAL", "42604",
                            "The value of the typed literal \"" + upper_case(type) +
                                "\" is invalid: '" + std::string(text) + "'.");
  error.fix = "write a value that " + upper_case(type) + " can hold, such as DATE '2024-02-29'";
  return error;
}

template <class Number>
Result<Value> checked(TypeKind kind, const std::optional<Number>& number, std::string_view text) {
  if (!number) return invalid_typed_literal(DataType(kind).to_sql(), text);
  return Value{kind, static_cast<std::int64_t>(*number)};
}

Result<Value> binary_literal(const std::string& text) {
  std::string digits = text.size() % 2 ? "0" + text : text;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto code = leading_code(std::string_view(digits).substr(i), 2, 16);
    if (code < 0) return invalid_typed_literal("X", text);
    bytes.push_back(static_cast<char>(code));
  }
  return Value{TypeKind::Binary, std::move(bytes)};
}

}  // namespace

std::string string_token_text(std::string_view token) {
  const bool raw = token[0] == 'r' || token[0] == 'R';
  if (raw) return std::string(token.substr(2, token.size() - 3));
  const char quote = token[0];
  const std::string_view inside = token.substr(1, token.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size()) {
      i += append_escape(out, inside.substr(i + 1));
    } else {
      out.push_back(inside[i]);
      if (inside[i] == quote) ++i;
    }
  }
  return out;
}

std::string name_token_text(std::string_view token) {
  if (token[0] != '`') return std::string(token);
  std::string out;
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    out.push_back(token[i]);
    if (token[i] == '`') ++i;
  }
  return out;
}

Value string_value(std::string text) { return {TypeKind::String, std::move(text)}; }

Result<Value> typed_literal(std::string_view type, const std::string& text, const TimeZone& zone) {
  const std::string kind = upper_case(type);
  if (kind == "DATE") return checked(TypeKind::Date, parse_date(text), text);
  if (kind == "TIMESTAMP" || kind == "TIMESTAMP_LTZ") {
    return checked(TypeKind::Timestamp, parse_timestamp(text, zone), text);
  }
  if (kind == "TIMESTAMP_NTZ")
    return checked(TypeKind::TimestampNtz, parse_timestamp_ntz(text), text);
  if (kind == "X") return binary_literal(text);
  if (kind == "INTERVAL") return interval_text_literal(text);
  Error error =
      spark_error("UNSUPPORTED_TYPED_LITERAL", "0A000",
                  "Literals of the type \"" + kind +
                      "\" are not supported. Supported types are \"DATE\", \"TIMESTAMP_NTZ\", "
                      "\"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\".");
  error.fix = "use CAST('...' AS " + kind + "), or a comma where one is missing";
  return error;
}

}  // namespace millrace::parse
