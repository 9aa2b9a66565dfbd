#include "expressions/parse/name_text.hpp"

#include "expressions/parse/token.hpp"

#include <algorithm>

namespace millrace::parse {
namespace {

bool is_plain_name(std::string_view name) {
  const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return c > 0; });
  if (name.empty() || !ascii || (name[0] >= '0' && name[0] <= '9')) return false;
  const TokenStream tokens = tokenize(name);
  const Token kind = tokens.kinds[0];
  return tokens.kinds.size() == 2 && tokens.places[0].size == name.size() &&
         (kind == Token::Identifier || kind >= kFirstFreeWord);
}

}  // namespace

std::string quoted_name(std::string_view name) {
  if (is_plain_name(name)) return std::string(name);
  std::string out = "`";
  for (const char c : name) out.append(c == '`' ? 2 : 1, c);
  return out + "`";
}

std::string quoted_string(std::string_view text) {
  std::string out = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    switch (text[i]) {
      case '\'': out += "\\'"; break;
      // Read back as it is: LIKE's escapes keep their backslash.
      case '\\': out += next == '%' || next == '_' ? "\\" : "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\0': out += "\\0"; break;
      default: out.push_back(text[i]);
    }
  }
  return out + "'";
}

}  // namespace millrace::parse
