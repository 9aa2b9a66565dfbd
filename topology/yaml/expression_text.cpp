#include <algorithm>
#include <cctype>

#include "topology/yaml/load_context.hpp"
#include "topology/yaml/text_positions.hpp"

namespace millrace::yaml {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The origin of `part`, a view into the text of `value`.
Origin origin_of(const YamlValue& value, std::string_view part) {
  Origin origin = value.origin;
  const std::string_view before(value.text.data(),
                                static_cast<std::size_t>(part.data() - value.text.data()));
  const std::size_t line = before.rfind('\n');
  if (line == std::string_view::npos) {
    origin.column += count_code_points(before);
  } else {
    origin.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    origin.column = 1 + count_code_points(before.substr(line + 1));
  }
  origin.length = count_code_points(part.substr(0, part.find('\n')));
  return origin;
}

// Walks over SQL text: where quotes are closed, and how deep brackets are.
class BracketScan {
 public:
  /// True when `c` stands outside of quotes and brackets.
  bool is_top(char c) {
    if (quote_ != 0) {
      if (c == '\\' && quote_ != '`' && !escaped_) {
        escaped_ = true;
        return false;
      }
      if (c == quote_ && !escaped_) quote_ = 0;
      escaped_ = false;
      return false;
    }
    if (c == '\'' || c == '"' || c == '`') quote_ = c;
    if (c == '(' || c == '[') ++depth_;
    if (c == ')' || c == ']') --depth_;
    return depth_ == 0 && quote_ == 0;
  }
  int depth() const { return depth_; }

 private:
  char quote_ = 0;
  bool escaped_ = false;
  int depth_ = 0;
};

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  BracketScan scan;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!scan.is_top(text[i]) || text[i] != ',') continue;
    parts.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

int bracket_depth(std::string_view text) {
  BracketScan scan;
  for (char c : text) scan.is_top(c);
  return scan.depth();
}

struct Part {
  std::string_view text;
  Origin origin;
};

// `[window(ts, '1 minute'), k]` without quotes is three items to YAML.
bool check_part(LoadContext& context, const Part& part, bool is_item, const std::string& what) {
  if (part.text.empty()) {
    context.fail(what + ": an expression is empty", part.origin, "write an expression");
    return false;
  }
  if (!is_item || bracket_depth(part.text) == 0) return true;
  context.fail(what + ": brackets do not match: '" + std::string(part.text) + "'", part.origin,
               "YAML cuts a list at commas: put quotes around an expression that has one");
  return false;
}

// Pieces of a scalar or a list of scalars; each views into the text that it came from.
std::vector<Part> parts_of(LoadContext& context, const YamlValue& value, const std::string& what) {
  std::vector<Part> parts;
  if (value.is_scalar()) {
    for (std::string_view piece : split_at_commas(value.text)) {
      const std::string_view text = trimmed(piece);
      const Part part{text, origin_of(value, text.empty() ? piece : text)};
      if (check_part(context, part, false, what)) parts.push_back(part);
    }
    return parts;
  }
  if (!context.expect(YamlValue::Kind::List, value, what)) return {};
  for (const YamlValue& item : value.items) {
    if (!context.expect(YamlValue::Kind::Scalar, item, what + ": an item")) continue;
    const std::string_view text = trimmed(item.text);
    const Part part{text, text.empty() ? item.origin : origin_of(item, text)};
    if (!check_part(context, part, true, what)) return {};
    parts.push_back(part);
  }
  return parts;
}

ExpressionPtr text_expression(const Part& part) {
  return make_expression(Text{std::string(part.text)}, part.origin);
}

// Cuts the word off the end of `text` when it stands there, behind a blank.
bool cut_word(std::string_view& text, std::string_view word) {
  if (text.size() <= word.size()) return false;
  const std::size_t start = text.size() - word.size();
  if (!equal_ignoring_case(text.substr(start), word)) return false;
  if (!std::isspace(static_cast<unsigned char>(text[start - 1])) && text[start - 1] != ')')
    return false;
  text = trimmed(text.substr(0, start));
  return true;
}

ExpressionPtr sort_order(Part part) {
  SortOrder order;
  std::string_view text = part.text;
  const bool has_first = cut_word(text, "first") && cut_word(text, "nulls");
  if (!has_first) text = part.text;
  const bool has_last = !has_first && cut_word(text, "last") && cut_word(text, "nulls");
  if (!has_first && !has_last) text = part.text;
  order.ascending = !cut_word(text, "desc");
  if (order.ascending) cut_word(text, "asc");
  order.nulls_first = has_first || (order.ascending && !has_last);
  const Origin whole = part.origin;
  part.text = text;
  part.origin.length = count_code_points(text);
  order.child = text_expression(part);
  return make_expression(std::move(order), whole);
}

}  // namespace

std::vector<ExpressionPtr> expressions(LoadContext& context, const YamlValue& value,
                                       const std::string& what) {
  std::vector<ExpressionPtr> found;
  for (const Part& part : parts_of(context, value, what)) found.push_back(text_expression(part));
  return found;
}

std::vector<ExpressionPtr> sort_orders(LoadContext& context, const YamlValue& value,
                                       const std::string& what) {
  std::vector<ExpressionPtr> found;
  for (const Part& part : parts_of(context, value, what)) found.push_back(sort_order(part));
  return found;
}

ExpressionPtr expression(LoadContext& context, const YamlValue& value, const std::string& what) {
  if (!context.expect(YamlValue::Kind::Scalar, value, what)) return nullptr;
  const std::string_view text = trimmed(value.text);
  const Part part{text, text.empty() ? value.origin : origin_of(value, text)};
  return check_part(context, part, false, what) ? text_expression(part) : nullptr;
}

}  // namespace millrace::yaml
