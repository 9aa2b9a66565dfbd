#include "records/formats/relaxed_json.hpp"

namespace millrace {

namespace {

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

/// Java's name of a number that JSON does not have, or nothing.
std::string_view odd_number(std::string_view word) {
  if (word == "NaN") return "NaN";
  if (word == "Infinity" || word == "+Infinity" || word == "INF" || word == "+INF") return "Infinity";
  if (word == "-Infinity" || word == "-INF") return "-Infinity";
  return {};
}

/// Copies a quoted text, in double quotes; leaves `rest` behind its closing quote.
bool copy_quoted(std::string_view& rest, std::string& out) {
  const char quote = rest.front();
  out += '"';
  for (std::size_t i = 1; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == quote) {
      out += '"';
      rest.remove_prefix(i + 1);
      return true;
    }
    const bool escaped_single = c == '\\' && i + 1 < rest.size() && rest[i + 1] == '\'';
    if (c == '\\' && !escaped_single && i + 1 < rest.size()) {
      out += c;
      out += rest[++i];
    } else if (escaped_single) {
      out += rest[++i];
    } else {
      if (c == '"') out += '\\';
      out += c;
    }
  }
  return false;
}

void copy_word(std::string_view& rest, std::string& out) {
  std::size_t length = 0;
  while (length < rest.size() && is_word_byte(rest[length])) ++length;
  const std::string_view number = odd_number(rest.substr(0, length));
  if (number.empty()) out.append(rest.substr(0, length));
  else out.append("\"").append(number).append("\"");
  rest.remove_prefix(length);
}

}  // namespace

bool relax_json(std::string_view line, std::string& out) {
  out.clear();
  std::size_t depth = 0;
  while (!line.empty()) {
    const char c = line.front();
    if (c == '"' || c == '\'') {
      if (!copy_quoted(line, out)) return false;
    } else if (is_word_byte(c)) {
      copy_word(line, out);
    } else {
      out += c;
      line.remove_prefix(1);
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && depth-- <= 1) return true;
    }
  }
  return false;
}

}  // namespace millrace
