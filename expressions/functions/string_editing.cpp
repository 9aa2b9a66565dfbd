#include <algorithm>

#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/utf8.hpp"
#include "expressions/functions/value_size.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

string_view convert_ascii(CallRow& row, string_view text, char first, char last) {
  char* to = row.arena().allocate(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c;
  }
  return {to, text.size()};
}

/// Converts each character to one or two; invalid bytes become U+FFFD. U+00DF becomes SS in upper case.
template <class F>
string_view convert_characters(CallRow& row, string_view text, F convert) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded from = utf8::decode(text, at);
    char bytes[8];
    result.append(bytes, convert(from.code, bytes));
    at += from.width;
  }
  return row.copy(result);
}

std::size_t put_upper(char32_t code, char* to) {
  if (code == 0xDF) return to[0] = to[1] = 'S', 2;
  return utf8::encode(utf8::to_upper(code), to);
}
std::size_t put_title(char32_t code, char* to) {
  if (code == 0xDF) return to[0] = 'S', to[1] = 's', 2;
  return utf8::encode(utf8::to_upper(code), to);
}
/// U+0130 becomes an i with a dot above it, two characters.
std::size_t put_lower(char32_t code, char* to) {
  if (code == 0x130) return to[0] = 'i', 1 + utf8::encode(0x307, to + 1);
  return utf8::encode(utf8::to_lower(code), to);
}

string_view upper(CallRow& row, string_view text) {
  if (utf8::is_ascii(text)) return convert_ascii(row, text, 'a', 'z');
  return convert_characters(row, text, put_upper);
}

string_view lower(CallRow& row, string_view text) {
  if (utf8::is_ascii(text)) return convert_ascii(row, text, 'A', 'Z');
  return convert_characters(row, text, put_lower);
}

string_view capitalize(CallRow& row, string_view text) {
  bool first = true;
  return convert_characters(row, text, [&first](char32_t code, char* to) {
    const std::size_t width = first ? put_title(code, to) : put_lower(code, to);
    first = code == ' ';
    return width;
  });
}

/// Characters [from, to) of the text; a `from` below 0 counts as 0.
string_view characters(string_view text, std::int64_t from, std::int64_t to) {
  from = std::max<std::int64_t>(from, 0);
  if (to <= from) return {};
  const std::size_t begin = utf8::offset_of(text, static_cast<std::size_t>(from));
  const string_view rest = text.substr(begin);
  return rest.substr(0, utf8::offset_of(rest, static_cast<std::size_t>(to - from)));
}

string_view substring(string_view text, std::int64_t from, std::int64_t length) {
  std::int64_t start = from > 0 ? from - 1 : from;
  if (from < 0) start += static_cast<std::int64_t>(utf8::count(text));
  return characters(text, start, start + length);
}

string_view binary_substring(string_view bytes, std::int32_t from, std::int32_t length) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  std::int64_t start = from > 0 ? from - std::int64_t{1} : from < 0 ? size + from : 0;
  const std::int64_t end = std::min(start + length, size);
  start = std::max<std::int64_t>(start, 0);
  if (end <= start) return {};
  return bytes.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start));
}

/// An optional, as Spark calls the result nullable.
std::optional<string_view> right(string_view text, std::int32_t length) {
  if (length <= 0) return string_view();
  const auto size = static_cast<std::int64_t>(utf8::count(text));
  return characters(text, size - length, size);
}

/// True when the character at `at` of `text` is one of `set`.
bool in_set(string_view text, std::size_t at, string_view set) {
  const string_view one = text.substr(at, utf8::next(text, at) - at);
  for (std::size_t s = 0; s < set.size(); s = utf8::next(set, s))
    if (set.substr(s, utf8::next(set, s) - s) == one) return true;
  return false;
}

string_view trim_left(string_view text, string_view set) {
  std::size_t at = 0;
  while (at < text.size() && in_set(text, at, set)) at = utf8::next(text, at);
  return text.substr(at);
}

string_view trim_right(string_view text, string_view set) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!in_set(text, last, set)) break;
    text = text.substr(0, last);
  }
  return text;
}

string_view trim_both(string_view text, string_view set) {
  return trim_right(trim_left(text, set), set);
}

OrError<string_view> repeat_text(CallRow& row, string_view text, std::int32_t times,
                                 string_view function) {
  if (times <= 0 || text.empty()) return string_view();
  const std::size_t bytes = text.size() * static_cast<std::size_t>(times);
  if (!has_room(row.arena(), bytes)) return row.fail(text_too_long(function));
  char* to = row.arena().allocate(bytes);
  for (std::size_t at = 0; at < bytes; at += text.size()) std::copy(text.begin(), text.end(), to + at);
  return string_view(to, bytes);
}

/// `count` characters of `pad` over and over.
std::string padding(string_view pad, std::size_t count) {
  const std::size_t length = utf8::count(pad);
  std::string result;
  result.reserve(pad.size() * (count / length + 1));
  for (std::size_t i = 0; i < count / length; ++i) result += pad;
  result += pad.substr(0, utf8::offset_of(pad, count % length));
  return result;
}

enum class Side { Left, Right };

OrError<string_view> pad_text(CallRow& row, string_view text, std::int32_t length,
                                    string_view pad, Side side) {
  const auto size = static_cast<std::int64_t>(utf8::count(text));
  if (length <= size || pad.empty()) return characters(text, 0, length);
  const auto missing = static_cast<std::size_t>(length - size);
  if (!has_room(row.arena(), text.size() + missing * pad.size()))
    return row.fail(text_too_long(side == Side::Left ? "lpad" : "rpad"));
  const std::string fill = padding(pad, missing);
  char* to = row.arena().allocate(text.size() + fill.size());
  const string_view parts[] = {side == Side::Left ? string_view(fill) : text,
                               side == Side::Left ? text : string_view(fill)};
  std::copy(parts[0].begin(), parts[0].end(), to);
  std::copy(parts[1].begin(), parts[1].end(), to + parts[0].size());
  return string_view(to, text.size() + fill.size());
}

OrError<string_view> replace(CallRow& row, string_view text, string_view part, string_view by) {
  std::size_t found = part.empty() ? string_view::npos : text.find(part);
  if (found == string_view::npos) return text;
  std::string result;
  std::size_t at = 0;
  for (; found != string_view::npos; found = text.find(part, at)) {
    result.append(text.substr(at, found - at)).append(by);
    at = found + part.size();
    if (!has_room(row.arena(), result.size())) return row.fail(text_too_long("replace"));
  }
  return row.copy(result.append(text.substr(at)));
}

string_view translate(CallRow& row, string_view text, string_view from, string_view to) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = utf8::next(text, at);
    const string_view one = text.substr(at, end - at);
    std::size_t f = 0, t = 0;
    while (f < from.size() && from.substr(f, utf8::next(from, f) - f) != one) {
      f = utf8::next(from, f);
      if (t < to.size()) t = utf8::next(to, t);
    }
    if (f >= from.size()) result += one;
    else if (t < to.size()) result += to.substr(t, utf8::next(to, t) - t);
    at = end;
  }
  return row.copy(result);
}

string_view overlay(CallRow& row, string_view text, string_view by, std::int32_t from,
                    std::int32_t length) {
  if (length < 0) length = static_cast<std::int32_t>(utf8::count(by));
  const auto start = std::int64_t{from};
  std::string result(substring(text, 1, start - 1));
  result.append(by);
  result.append(substring(text, start + length, 0x7FFFFFFF));
  return row.copy(result);
}

void register_cutting(FunctionGroup& strings) {
  strings
      .add_custom("substring(text, from[, length])",
                  "Part of a text from character `from` (1 is the first, negative from the end).",
                  [](const FunctionCall& call) -> Result<BoundExpressionPtr> {
                    if (!call.arguments.empty() && call.arguments[0] &&
                        call.arguments[0]->type().kind() == TypeKind::Binary)
                      return FunctionGroup::binder<Binary(Binary, Int, Int)>(
                          plain(binary_substring), {int_value(0x7FFFFFFF)})(call);
                    return FunctionGroup::binder<String(String, Int, Int)>(
                        plain(substring), {int_value(0x7FFFFFFF)})(call);
                  })
      .alias("substr");
  strings.add<String(String, Int)>(
      "left(text, length)", "The first characters.",
      [](string_view text, std::int32_t length) { return characters(text, 0, length); });
  strings.add<String(String, Int)>("right(text, length)", "The last characters.", right);
}

/// The characters stand before the text, unlike in btrim.
template <string_view (*Trim)(string_view, string_view)>
Result<BoundExpressionPtr> bind_trim(const FunctionCall& call) {
  if (call.arguments.size() == 1)
    return FunctionGroup::binder<String(String)>(
        plain([](string_view text) { return Trim(text, " "); }))(call);
  return FunctionGroup::binder<String(String, String)>(
      plain([](string_view set, string_view text) { return Trim(text, set); }))(call);
}

void register_trimming(FunctionGroup& strings) {
  strings.add_custom("trim([characters, ]text)",
                     "Cuts blanks, or the given characters, on both sides.", bind_trim<trim_both>);
  strings.add_custom("ltrim([characters, ]text)",
                     "Cuts blanks, or the given characters, on the left.", bind_trim<trim_left>);
  strings.add_custom("rtrim([characters, ]text)",
                     "Cuts blanks, or the given characters, on the right.", bind_trim<trim_right>);
  strings.add<String(String, String)>("btrim(text[, characters])",
                                      "Cuts blanks, or the given characters, on both sides.",
                                      trim_both, {text_value(" ")});
}

/// Bytes are filled up with bytes, with zeros unless others are given.
OrError<string_view> pad_bytes(CallRow& row, string_view bytes, std::int32_t length, string_view pad,
                               Side side) {
  const auto wanted = static_cast<std::size_t>(std::max(length, 0));
  if (wanted <= bytes.size() || pad.empty()) return bytes.substr(0, wanted);
  if (!has_room(row.arena(), wanted)) return row.fail(text_too_long("lpad"));
  std::string fill;
  while (fill.size() < wanted - bytes.size()) fill += pad;
  fill.resize(wanted - bytes.size());
  return row.copy(side == Side::Left ? fill.append(bytes) : fill.insert(0, bytes));
}

template <Side PaddedSide>
Result<BoundExpressionPtr> bind_pad(const FunctionCall& call) {
  const auto is_binary = [&](std::size_t i) {
    return i >= call.arguments.size() ||
           (call.arguments[i] && call.arguments[i]->type().kind() == TypeKind::Binary);
  };
  if (is_binary(0) && is_binary(2))
    return FunctionGroup::binder<Binary(Binary, Int, Binary)>(
        plain([](CallRow& row, string_view bytes, std::int32_t length, string_view pad) {
          return pad_bytes(row, bytes, length, pad, PaddedSide);
        }),
        {Value{DataType(TypeKind::Binary), std::string(1, '\0')}})(call);
  return FunctionGroup::binder<String(String, Int, String)>(
      plain([](CallRow& row, string_view text, std::int32_t length, string_view pad) {
        return pad_text(row, text, length, pad, PaddedSide);
      }),
      {text_value(" ")})(call);
}

void register_padding(FunctionGroup& strings) {
  strings.add_custom("lpad(text, length[, pad])",
                     "Fills up on the left, or cuts, to a number of characters.",
                     bind_pad<Side::Left>);
  strings.add_custom("rpad(text, length[, pad])",
                     "Fills up on the right, or cuts, to a number of characters.",
                     bind_pad<Side::Right>);
  strings.add<String(String, Int)>("repeat(text, times)", "The text over and over.",
                                   [](CallRow& row, string_view text, std::int32_t times) {
                                     return repeat_text(row, text, times, "repeat");
                                   });
  strings.add<String(Int)>("space(count)", "A text of blanks.",
                           [](CallRow& row, std::int32_t count) {
                             return repeat_text(row, " ", count, "space");
                           });
}

}  // namespace

void register_string_editing_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add<String(String)>("upper(text)", "Text in upper case.", upper).alias("ucase");
  strings.add<String(String)>("lower(text)", "Text in lower case.", lower).alias("lcase");
  strings.add<String(String)>("initcap(text)", "Each word with a capital, the rest in lower case.",
                              capitalize);
  register_cutting(strings);
  register_trimming(strings);
  register_padding(strings);
  strings.add<String(String, String, String)>("replace(text, part[, by])",
                                              "Every `part` replaced, or taken out.", replace,
                                              {text_value("")});
  strings.add<String(String, String, String)>(
      "translate(text, from, to)",
      "Each character of `from` replaced by the one at its place in `to`, or taken out.", translate);
  strings.add<String(String, String, Int, Int)>(
      "overlay(text, by, from[, length])", "Puts `by` over the characters from `from`.", overlay,
      {int_value(-1)});
}

}  // namespace millrace
