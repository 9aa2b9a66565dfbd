#include "topology/analysis/over_frame.hpp"

#include "expressions/parser.hpp"
#include "topology/analysis/over_errors.hpp"

#include <optional>
#include <string_view>

namespace millrace {
namespace {

// The grammar has accepted the text, so words stand where they must.

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  return upper;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

bool take_word(std::string_view& text, std::string_view word) {
  text = trimmed(text);
  if (!upper_case(text.substr(0, word.size())).starts_with(word)) return false;
  text = trimmed(text.substr(word.size()));
  return true;
}

bool take_last_word(std::string_view& text, std::string_view word) {
  text = trimmed(text);
  if (text.size() < word.size() || upper_case(text.substr(text.size() - word.size())) != word)
    return false;
  text = trimmed(text.substr(0, text.size() - word.size()));
  return true;
}

bool is_current_row(std::string_view bound) {
  return take_word(bound, "CURRENT") && take_word(bound, "ROW") && bound.empty();
}

/// Splits `x AND y` at the AND in front of the last bound.
std::string_view take_upper(std::string_view& bounds) {
  const std::size_t place = upper_case(bounds).rfind(" AND ");
  const std::string_view upper = bounds.substr(place + 5);
  bounds = trimmed(bounds.substr(0, place));
  return trimmed(upper);
}

}  // namespace

Result<OverFrame> parse_over_frame(const std::string& text, const Origin& origin,
                                   const TimeZone& zone) {
  OverFrame frame;
  if (text.empty()) return frame;
  std::string_view rest = text;
  const bool is_rows = take_word(rest, "ROWS");
  if (!is_rows) take_word(rest, "RANGE");
  const std::string_view upper = take_word(rest, "BETWEEN") ? take_upper(rest) : "CURRENT ROW";
  if (!is_current_row(upper)) return frame_after_current_row(text);
  if (is_current_row(rest)) {
    frame.kind = is_rows ? OverFrame::Kind::Rows : OverFrame::Kind::Range;
    return frame;
  }
  if (!take_last_word(rest, "PRECEDING")) return frame_after_current_row(text);
  if (upper_case(rest) == "UNBOUNDED") return frame;
  frame.kind = is_rows ? OverFrame::Kind::Rows : OverFrame::Kind::Range;
  auto preceding = parse_expression(rest, origin, zone);
  if (!preceding.ok()) return std::move(preceding.error());
  frame.preceding = std::move(*preceding);
  return frame;
}

}  // namespace millrace
