#include "topology/spark/python_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "records/option_value.hpp"

namespace millrace::spark {
namespace {

constexpr std::size_t kLineWidth = 96;

// What Python or the program itself means by these words.
constexpr std::array<std::string_view, 46> kTaken{
    "False",  "None",    "True",   "and",    "as",     "assert",     "async",    "await",  "break",
    "class",  "continue", "def",   "del",    "elif",   "else",       "except",   "finally", "for",
    "from",   "global",  "if",     "import", "in",     "is",         "lambda",   "nonlocal", "not",
    "or",     "pass",    "raise",  "return", "try",    "while",      "with",     "yield",  "F",
    "spark",  "os",      "subprocess", "tempfile", "time", "query", "queries", "print",  "str",    "print_rows"};

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

void append_escaped(std::string& out, char c, bool has_lines) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  if (c == '\\' || c == '"') {
    out += '\\';
    out += c;
  } else if (c == '\n' && has_lines) {
    out += c;
  } else if (c == '\t') {
    out += "\\t";
  } else if (static_cast<unsigned char>(c) < ' ') {
    out += "\\x";
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[c & 15];
  } else {
    out += c;
  }
}

/// A call on each line; the first stays with a plain variable.
std::string on_lines(const std::string& name, const Chain& chain) {
  const bool is_variable = std::all_of(chain.head.begin(), chain.head.end(), is_name_character);
  std::string out = name + " = (\n    " + chain.head;
  for (std::size_t i = 0; i < chain.calls.size(); ++i)
    out += (i == 0 && is_variable ? "" : "\n    ") + chain.calls[i];
  return out + "\n)\n";
}

}  // namespace

std::string quoted(std::string_view text) {
  const bool has_lines = text.find('\n') != std::string_view::npos;
  const std::string mark = has_lines ? "\"\"\"" : "\"";
  std::string out = mark;
  for (const char c : text) append_escaped(out, c, has_lines);
  return out + mark;
}

std::string option_literal(std::string_view text) {
  const std::string lower = lower_trimmed(text);
  if (lower == "true") return "True";
  if (lower == "false") return "False";
  const auto number = parse_whole_number(text);
  const bool is_plain = number && std::to_string(*number) == text;
  return is_plain ? std::string(text) : quoted(text);
}

std::string identifier(std::string_view name) {
  std::string out;
  for (const char c : name) out += is_name_character(c) ? c : '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front()))) out.insert(0, "_");
  if (std::find(kTaken.begin(), kTaken.end(), out) != kTaken.end()) out += '_';
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

Chain Chain::with(std::string call) && {
  calls.push_back(std::move(call));
  return std::move(*this);
}

std::string inline_text(const Chain& chain) {
  std::string out = chain.head;
  for (const std::string& call : chain.calls) out += call;
  return out;
}

std::string assignment(const std::string& name, const Chain& chain) {
  const std::string line = name + " = " + inline_text(chain);
  const bool fits = line.size() <= kLineWidth && chain.calls.size() <= 2;
  const bool is_query = line.find("\"\"\"") != std::string::npos;
  return fits || is_query || chain.calls.size() <= 1 ? line + "\n" : on_lines(name, chain);
}

}  // namespace millrace::spark
