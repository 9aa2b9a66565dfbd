#include <array>

#include <fmt/format.h>

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/pattern.hpp"
#include "expressions/functions/utf8.hpp"
#include "expressions/functions/value_size.hpp"

namespace millrace {

namespace {

using namespace sql;
using re2::RE2;
using re2::StringPiece;
using std::string_view;

constexpr std::size_t kMaxGroups = 32;
using Groups = std::array<StringPiece, kMaxGroups>;

string_view view(const StringPiece& piece) { return {piece.data(), piece.size()}; }

/// Calls f(groups) for each match until it returns false.
template <class F>
void for_each_match(string_view text, const RE2& pattern, std::size_t from, F f) {
  const int num_groups =
      std::min(pattern.NumberOfCapturingGroups() + 1, static_cast<int>(kMaxGroups));
  Groups groups;
  while (from <= text.size() && pattern.Match(text, from, text.size(), RE2::UNANCHORED,
                                              groups.data(), num_groups)) {
    if (!f(groups)) return;
    const auto end = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
    const bool stuck = groups[0].empty();
    from = !stuck ? end : end < text.size() ? utf8::next(text, end) : text.size() + 1;
  }
}

/// A lambda `f(row, compiled pattern, text, more...)` as one that takes the pattern as text.
template <class F>
auto with_pattern(F f) {
  return [f](const FunctionCall& call, const Arguments& arguments) {
    Result<PatternArgument> pattern = PatternArgument::make(call, arguments[1]);
    const auto run = [f, pattern = pattern ? *pattern : PatternArgument()](
                         CallRow& row, string_view text, string_view regex, auto... more) {
      const RE2* compiled = pattern.get(row, regex);
      using Value = decltype(f(row, *compiled, text, more...));
      return compiled ? f(row, *compiled, text, more...) : Value();
    };
    using Run = std::decay_t<decltype(run)>;
    return pattern ? Result<Run>(run) : Result<Run>(pattern.error());
  };
}

OrError<bool> matches(CallRow&, const RE2& pattern, string_view text) {
  return RE2::PartialMatch(text, pattern);
}

/// Checks the group number; as in Spark only where the pattern has matched.
bool check_group(CallRow& row, const RE2& pattern, std::int32_t group, string_view function) {
  const int last = std::min(pattern.NumberOfCapturingGroups(), static_cast<int>(kMaxGroups) - 1);
  if (group >= 0 && group <= last) return true;
  row.fail(invalid_parameter("REGEX_GROUP_INDEX", "idx", function,
                             "Expects group index between 0 and " + std::to_string(last) +
                                 ", but got " + std::to_string(group) + "."));
  return false;
}

OrError<string_view> extract(CallRow& row, const RE2& pattern, string_view text,
                                   std::int32_t group) {
  OrError<string_view> result = string_view();
  for_each_match(text, pattern, 0, [&](const Groups& groups) {
    if (check_group(row, pattern, group, "regexp_extract"))
      result = view(groups[static_cast<std::size_t>(group)]);
    else
      result = std::nullopt;
    return false;
  });
  return result;
}

std::optional<string_view> first_match(CallRow&, const RE2& pattern, string_view text) {
  std::optional<string_view> result;
  for_each_match(text, pattern, 0, [&](const Groups& groups) {
    if (!groups[0].empty()) result = view(groups[0]);
    return false;
  });
  return result;
}

OrError<std::int32_t> match_position(CallRow&, const RE2& pattern, string_view text) {
  std::int32_t position = 0;
  for_each_match(text, pattern, 0, [&](const Groups& groups) {
    const auto at = static_cast<std::size_t>(groups[0].data() - text.data());
    position = static_cast<std::int32_t>(utf8::count(text.substr(0, at))) + 1;
    return false;
  });
  return position;
}

OrError<std::int32_t> count_matches(CallRow&, const RE2& pattern, string_view text) {
  std::int32_t count = 0;
  for_each_match(text, pattern, 0, [&](const Groups&) { return ++count, true; });
  return count;
}

/// Java's replacement text: `$1` is a group, `\` takes the next character as it is. False when it is malformed or a
/// group does not exist.
bool append_replacement(std::string& out, string_view by, const Groups& groups, int last_group) {
  const auto is_digit = [&](std::size_t i) { return i < by.size() && by[i] >= '0' && by[i] <= '9'; };
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (by[i] == '\\') {
      if (++i == by.size()) return false;
      out += by[i];
    } else if (by[i] == '$') {
      if (!is_digit(i + 1)) return false;
      int group = by[++i] - '0';
      if (group > last_group) return false;
      for (; is_digit(i + 1); ++i) {
        const int longer = group * 10 + (by[i + 1] - '0');
        if (longer > last_group) break;
        group = longer;
      }
      out.append(view(groups[static_cast<std::size_t>(group)]));
    } else {
      const std::size_t end = std::min(by.find_first_of("\\$", i + 1), by.size());
      out.append(by.substr(i, end - i));
      i = end - 1;
    }
  }
  return true;
}

Error invalid_replacement(const RE2& pattern, string_view text, string_view by, std::int32_t position) {
  return row_error("INVALID_REGEXP_REPLACE", "22023",
                   fmt::format("Could not perform regexp_replace for source = \"{}\", pattern = \"{}\", replacement = "
                               "\"{}\" and position = {}.",
                               text, pattern.pattern(), by, position),
                   "write \\$ for a dollar sign");
}

OrError<string_view> replace(CallRow& row, const RE2& pattern, string_view text,
                                   string_view by, std::int32_t position) {
  const int last_group =
      std::min(pattern.NumberOfCapturingGroups(), static_cast<int>(kMaxGroups) - 1);
  std::string result;
  std::size_t at = 0;
  bool good = true, found = false, fits = true;
  const std::size_t from = utf8::offset_of(text, static_cast<std::size_t>(position - 1));
  if (position > 1 && from >= text.size()) return text;
  for_each_match(text, pattern, from, [&](const Groups& groups) {
    const auto start = static_cast<std::size_t>(groups[0].data() - text.data());
    result.append(text.substr(at, start - at));
    at = start + groups[0].size();
    found = true;
    good = append_replacement(result, by, groups, last_group);
    fits = has_room(row.arena(), result.size());
    return good && fits;
  });
  if (!fits) return row.fail(text_too_long("regexp_replace"));
  if (!good) return row.fail(invalid_replacement(pattern, text, by, position));
  return found ? row.copy(result.append(text.substr(at))) : text;
}

/// The position is a constant greater than 0.
Result<BoundExpressionPtr> bind_replace(const FunctionCall& call) {
  if (call.arguments.size() == 4 && call.arguments[3]) {
    const BoundExpressionPtr& position = call.arguments[3];
    if (!position->is_constant())
      return type_mismatch(call, "NON_FOLDABLE_INPUT", "the input `position` should be a foldable \"INT\" expression");
    const std::optional<Value> value = constant_value(*position);
    const auto* number = value ? std::get_if<std::int64_t>(&value->storage) : nullptr;
    if (number && *number < 1)
      return type_mismatch(call, "VALUE_OUT_OF_RANGE",
                           fmt::format("The `position` must be between (0, 2147483647] (current value = {})", *number));
  }
  return FunctionGroup::binder<String(String, String, String, Int)>(with_pattern(replace), {int_value(1)})(call);
}

/// Bind function of regexp_extract_all: an array of one group of all matches, views into the text.
Result<BoundExpressionPtr> bind_extract_all(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  Result<Arguments> arguments =
      coerce_arguments(call, {text, text, DataType(TypeKind::Int)}, {int_value(1)});
  if (!arguments) return arguments.error();
  Result<PatternArgument> pattern = PatternArgument::make(call, (*arguments)[1]);
  if (!pattern) return pattern.error();
  const auto run = [pattern = *pattern](EvalContext& context, const std::vector<ColumnRef>& columns,
                                        Rows rows, Column& out) {
    const detail::Reader<String> texts(*columns[0]), patterns(*columns[1]);
    const detail::Reader<Int> group_numbers(*columns[2]);
    Column& found = *out.child(0);
    found.keep(columns[0]);
    CallRow at(context, out);
    rows.for_each([&](std::uint32_t row) {
      const auto offset = static_cast<std::uint32_t>(found.size());
      out.mutable_values<ListSlot>()[row] = {offset, 0};
      if (out.is_null(row)) return;
      at.row = row;
      const RE2* compiled = pattern.get(at, patterns[row]);
      const std::int32_t group = group_numbers[row];
      bool good = compiled != nullptr;
      if (good)
        for_each_match(texts[row], *compiled, 0, [&](const Groups& groups) {
          good = check_group(at, *compiled, group, "regexp_extract_all");
          if (good) found.append_view(view(groups[static_cast<std::size_t>(group)]));
          return good;
        });
      if (!good) return out.set_null(row);
      out.mutable_values<ListSlot>()[row].size = static_cast<std::uint32_t>(found.size()) - offset;
    });
  };
  return make_call(DataType::array(text), std::move(*arguments), run);
}

/// LIKE: `%` is any text, `_` any character, the escape takes the next one as it is.
bool like(string_view text, string_view pattern, char escape) {
  std::size_t t = 0, p = 0, star = string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%' && escape != '%') {
      star = ++p;
      resume = t;
      continue;
    }
    const bool literal = p + 1 < pattern.size() && pattern[p] == escape;
    if (!literal && p < pattern.size() && pattern[p] == '_') {
      t = utf8::next(text, t), ++p;
    } else if (const std::size_t at = p + (literal ? 1 : 0);
               at < pattern.size() && pattern[at] == text[t]) {
      ++t, p = at + 1;
    } else if (star != string_view::npos) {
      p = star;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

/// INVALID_FORMAT.* where the escape stands before an ordinary character or at the end.
std::optional<Error> check_escapes(string_view pattern, char escape) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != escape) continue;
    const std::string start = "The format is invalid: '" + std::string(pattern) + "'. ";
    if (++i == pattern.size())
      return row_error("INVALID_FORMAT.ESC_AT_THE_END", "42601",
                       start + "The escape character is not allowed to end with.");
    if (pattern[i] != '_' && pattern[i] != '%' && pattern[i] != escape)
      return row_error("INVALID_FORMAT.ESC_IN_THE_MIDDLE", "42601",
                       start + "The escape character is not allowed to precede '" +
                           std::string(1, pattern[i]) + "'.");
  }
  return std::nullopt;
}

OrError<bool> checked_like(CallRow& row, string_view text, string_view pattern,
                                 string_view escape) {
  const char escape_byte = escape.empty() ? '\\' : escape[0];
  if (pattern.find(escape_byte) != string_view::npos)
    if (std::optional<Error> error = check_escapes(pattern, escape_byte))
      return row.fail(std::move(*error));
  return like(text, pattern, escape_byte);
}

std::string lower_case(string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded from = utf8::decode(text, at);
    char bytes[4];
    if (from.code == 0xFFFD && from.width == 1) result += text[at];
    else result.append(bytes, utf8::encode(utf8::to_lower(from.code), bytes));
    at += from.width;
  }
  return result;
}

OrError<bool> ilike(CallRow& row, string_view text, string_view pattern, string_view escape) {
  return checked_like(row, lower_case(text), lower_case(pattern), escape);
}

/// The same values: Spark calls LIKE ANY and its kin nullable whatever their arguments.
void copy_flags(EvalContext&, const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  const detail::Reader<Boolean> flags(*columns[0]);
  rows.for_each([&](std::uint32_t row) { out.mutable_values<std::uint8_t>()[row] = flags[row]; });
}

/// `text LIKE ANY (p, ...)` and its kin as LIKEs joined by `join`.
FunctionGroup::Bind bind_like_several(const char* join, bool negated) {
  return [=](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 2, 100000); !status) return status.error();
    if (!call.scope || !call.functions)
      return make_error(ErrorKind::QueryFailed, call.name + ": needs the scope of its call");
    const auto make = [](const char* name, std::vector<ExpressionPtr> arguments) {
      return make_expression(Function{name, std::move(arguments), false, {}});
    };
    ExpressionPtr all;
    for (std::size_t i = 1; i < call.syntax.size(); ++i) {
      ExpressionPtr one = make("like", {call.syntax[0], call.syntax[i]});
      if (negated) one = make("not", {one});
      all = all ? make(join, {all, one}) : one;
    }
    std::vector<Error> errors;
    BoundExpressionPtr bound =
        millrace::bind(*all, *call.scope, *call.functions, call.settings, errors);
    if (!bound) return errors.front();
    return make_call(bound->type(), true, {bound}, copy_flags);
  };
}

}  // namespace

void register_regex_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add<Boolean(String, String, String)>(
      "like(text, pattern[, escape])", "LIKE: % stands for any text, _ for any character.",
      checked_like, {text_value("\\")});
  strings.add<Boolean(String, String, String)>("ilike(text, pattern[, escape])",
                                               "LIKE without regard to case.", ilike,
                                               {text_value("\\")});
  strings.add_custom("likeany(text, patterns...)", "LIKE ANY: true when a pattern fits.",
                     bind_like_several("or", false));
  strings.add_custom("likeall(text, patterns...)", "LIKE ALL: true when every pattern fits.",
                     bind_like_several("and", false));
  strings.add_custom("notlikeany(text, patterns...)", "NOT LIKE ANY: true when one does not fit.",
                     bind_like_several("or", true));
  strings.add_custom("notlikeall(text, patterns...)", "NOT LIKE ALL: true when none fits.",
                     bind_like_several("and", true));
  strings
      .add_bound<Boolean(String, String)>("rlike(text, pattern)",
                                          "True when the regular expression matches anywhere.",
                                          with_pattern(matches))
      .alias("regexp_like")
      .alias("regexp");
  strings.add_bound<String(String, String, Int)>(
      "regexp_extract(text, pattern[, group])",
      "A group of the first match, the empty text when there is none.",
      with_pattern(extract), {int_value(1)});
  strings.add_custom("regexp_extract_all(text, pattern[, group])", "A group of every match.",
                     bind_extract_all);
  strings.add_custom("regexp_replace(text, pattern, by[, position])",
                     "Every match replaced; $1 in `by` is the first group.", bind_replace);
  strings.add_bound<String(String, String)>("regexp_substr(text, pattern)",
                                            "The first match, NULL when there is none or it is empty.",
                                            with_pattern(first_match));
  strings.add_bound<Int(String, String)>("regexp_instr(text, pattern)",
                                         "Position of the first match from 1, 0 when there is none.",
                                         with_pattern(match_position));
  strings.add_bound<Int(String, String)>("regexp_count(text, pattern)", "Number of matches.",
                                         with_pattern(count_matches));
}

}  // namespace millrace
