#include "topology/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "records/utf8.hpp"

namespace millrace {
namespace {

constexpr std::size_t kMaxLineColumns = 160;
constexpr std::size_t kColumnsBeforeCaret = 60;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

// U+0080 to U+009F control a terminal as well.
bool is_c1_control(std::string_view text, std::size_t i) {
  return text[i] == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
}

std::string_view line_of(std::string_view text, int line) {
  for (int n = 1; n < line; ++n) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// The line's first `limit` code points as one element each, as they are shown. A line may be very long.
std::vector<std::string> shown_code_points(std::string_view line, std::size_t limit) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < line.size() && shown.size() < limit;) {
    const Utf8Step step = utf8_step(line.substr(i));
    const std::string_view code_point = line.substr(i, step.length);
    shown.push_back(code_point == "\t" ? " " : escape_control_characters(code_point));
    i += step.length;
  }
  return shown;
}

std::string join(const std::vector<std::string>& parts, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < std::min(to, parts.size()); ++i) text += parts[i];
  return text;
}

std::size_t num_columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

void append_snippet(std::string& out, const Error& error, std::string_view text,
                    const std::string& gutter) {
  const Origin& origin = error.origin;
  const auto column = static_cast<std::size_t>(std::max(1, origin.column)) - 1;
  const auto shown = shown_code_points(line_of(text, origin.line), column + 2 * kMaxLineColumns);
  const std::size_t caret = std::min(column, shown.size());
  const bool is_long = shown.size() > kMaxLineColumns;
  const std::size_t from = is_long && caret > kColumnsBeforeCaret ? caret - kColumnsBeforeCaret : 0;
  const std::size_t to = is_long ? from + kMaxLineColumns : shown.size();
  const std::size_t end = std::min({caret + static_cast<std::size_t>(std::max(1, origin.length)),
                                    std::max(to, caret + 1), std::max(shown.size(), caret + 1)});
  const std::string before = (from > 0 ? "..." : "") + join(shown, from, caret);
  const std::string marked = join(shown, caret, end);
  const std::string after = join(shown, end, to) + (to < shown.size() ? "..." : "");
  out += fmt::format("\n{} |\n{} | {}{}{}\n{} | {:{}}{}", gutter, origin.line, before, marked, after,
                     gutter, "", num_columns(before),
                     std::string(std::max<std::size_t>(1, num_columns(marked)), '^'));
  if (!error.label.empty()) out += " " + escape_control_characters(error.label);
}

std::string headline(const Error& error, Severity severity) {
  std::string text = severity == Severity::Error ? "error: " : "warning: ";
  if (!error.error_class.empty()) text += "[" + error.error_class + "] ";
  text += escape_control_characters(error.message);
  if (!error.sql_state.empty()) text += " SQLSTATE: " + error.sql_state;
  return text;
}

auto position(const Error& error) {
  const Origin& origin = error.origin;
  return std::tuple(origin.line == 0, std::string_view(origin.file), origin.line, origin.column);
}

}  // namespace

std::string escape_control_characters(std::string_view text) {
  std::string valid;
  append_valid_utf8(valid, text);
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (is_control(static_cast<unsigned char>(valid[i]))) {
      append_escaped(out, valid[i]);
    } else if (is_c1_control(valid, i)) {
      append_escaped(out, valid[++i]);
    } else {
      out += valid[i];
    }
  }
  return out;
}

std::string render_diagnostic(const Error& error, const SourceTexts& texts, Severity severity) {
  const Origin& origin = error.origin;
  const auto text = texts.find(origin.file);
  const bool is_known = origin.line > 0;
  const bool has_snippet = is_known && text != texts.end();
  const std::string gutter(has_snippet ? std::to_string(origin.line).size() : 1, ' ');
  std::string out = headline(error, severity);
  if (is_known)
    out += fmt::format("\n{}--> {}:{}:{}", gutter, escape_control_characters(origin.file),
                       origin.line, origin.column);
  if (has_snippet)
    append_snippet(out, error, text->second, gutter);
  else if (!error.label.empty())
    out += fmt::format("\n{} = {}", gutter, escape_control_characters(error.label));
  for (const std::string& note : error.notes)
    out += fmt::format("\n{} = {}", gutter, escape_control_characters(note));
  if (!error.fix.empty())
    out += fmt::format("\n{} = fix: {}", gutter, escape_control_characters(error.fix));
  return out;
}

void sort_by_position(std::vector<Error>& errors) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const Error& a, const Error& b) { return position(a) < position(b); });
}

std::string render_diagnostics(std::vector<Error> errors, const SourceTexts& texts,
                               Severity severity) {
  sort_by_position(errors);
  std::string out;
  for (const Error& error : errors) {
    if (!out.empty()) out += "\n\n";
    out += render_diagnostic(error, texts, severity);
  }
  return out;
}

}  // namespace millrace
