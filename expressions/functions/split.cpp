#include <bit>
#include <cstring>

#include "expressions/functions/groups.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/pattern.hpp"
#include "expressions/functions/utf8.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

/// Appends the pieces of one text as views; `limit` > 0 is the most pieces there may be.
void split_at_byte(string_view text, char separator, std::int32_t limit, Column& pieces) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::int32_t n = 1; n != limit && at != end; ++n) {
    const auto* found = static_cast<const char*>(
        std::memchr(at, separator, static_cast<std::size_t>(end - at)));
    if (found == nullptr) break;
    pieces.append_view({at, static_cast<std::size_t>(found - at)});
    at = found + 1;
  }
  pieces.append_view({at, static_cast<std::size_t>(end - at)});
}

void split_at_text(string_view text, string_view separator, std::int32_t limit, Column& pieces) {
  for (std::int32_t n = 1; n != limit; ++n) {
    const std::size_t found = text.find(separator);
    if (found == string_view::npos) break;
    pieces.append_view(text.substr(0, found));
    text.remove_prefix(found + separator.size());
  }
  pieces.append_view(text);
}

/// Every character by itself; the last piece within the limit is all that is left.
void split_characters(string_view text, std::int32_t limit, Column& pieces) {
  if (text.empty()) return pieces.append_view(text);
  std::size_t at = 0;
  for (std::int32_t n = 1; at < text.size(); ++n) {
    const std::size_t end = n == limit ? text.size() : utf8::next(text, at);
    pieces.append_view(text.substr(at, end - at));
    at = end;
  }
}

void split_at_pattern(string_view text, const re2::RE2& pattern, std::int32_t limit,
                      Column& pieces) {
  std::size_t piece = 0, from = 0;
  re2::StringPiece match;
  std::int32_t n = 1;
  while (n != limit && from <= text.size() &&
         pattern.Match(text, from, text.size(), re2::RE2::UNANCHORED, &match, 1)) {
    const auto start = static_cast<std::size_t>(match.data() - text.data());
    from = start + match.size();
    if (from > 0) {
      pieces.append_view(text.substr(piece, start - piece));
      piece = from;
      ++n;
    }
    if (match.empty()) from = from < text.size() ? utf8::next(text, from) : text.size() + 1;
  }
  pieces.append_view(text.substr(piece));
}

/// What a constant pattern needs: a byte, a text, or the engine.
enum class Separator { Byte, PlainText, Characters, Pattern };

struct Splitter {
  Separator kind = Separator::Pattern;
  std::string text;
  PatternArgument pattern;

  void split(CallRow& row, string_view value, string_view regex, std::int32_t limit,
             Column& pieces) const {
    switch (kind) {
      case Separator::Byte: return split_at_byte(value, text[0], limit, pieces);
      case Separator::PlainText: return split_at_text(value, text, limit, pieces);
      case Separator::Characters: return split_characters(value, limit, pieces);
      case Separator::Pattern: break;
    }
    if (regex.empty()) return split_characters(value, limit, pieces);
    if (const re2::RE2* compiled = pattern.get(row, regex))
      split_at_pattern(value, *compiled, limit, pieces);
  }
};

Result<Splitter> make_splitter(const FunctionCall& call, const BoundExpressionPtr& argument) {
  Splitter splitter;
  if (const std::optional<std::string> constant = constant_text(*argument)) {
    if (const std::optional<std::string> plain = plain_text_of(*constant)) {
      splitter.kind = plain->empty()       ? Separator::Characters
                      : plain->size() == 1 ? Separator::Byte
                                           : Separator::PlainText;
      splitter.text = *plain;
      return splitter;
    }
  }
  Result<PatternArgument> pattern = PatternArgument::make(call, argument);
  if (!pattern) return pattern.error();
  splitter.pattern = std::move(*pattern);
  return splitter;
}

/// Slots over pieces that are views into the bytes of the text column.
void split_column(const Splitter& splitter, EvalContext& context,
                  const std::vector<ColumnRef>& columns, Rows rows, Column& out) {
  const detail::Reader<String> texts(*columns[0]), patterns(*columns[1]);
  const detail::Reader<Int> limits(*columns[2]);
  Column& pieces = *out.child(0);
  pieces.keep(columns[0]);
  auto* const slots = out.mutable_values<ListSlot>();
  CallRow at(context, out);
  rows.for_each([&](std::uint32_t row) {
    const auto offset = static_cast<std::uint32_t>(pieces.size());
    slots[row] = {offset, 0};
    if (out.is_null(row)) return;
    at.row = row;
    splitter.split(at, texts[row], patterns[row], limits[row], pieces);
    slots[row].size = static_cast<std::uint32_t>(pieces.size()) - offset;
  });
}

Result<BoundExpressionPtr> bind_split(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  Result<Arguments> arguments =
      coerce_arguments(call, {text, text, DataType(TypeKind::Int)}, {int_value(-1)});
  if (!arguments) return arguments.error();
  Result<Splitter> splitter = make_splitter(call, (*arguments)[1]);
  if (!splitter) return splitter.error();
  const bool nullable = any_nullable(*arguments);
  return make_call(DataType::array(text, false), nullable, std::move(*arguments),
                   [splitter = std::move(*splitter)](EvalContext& context,
                                                     const std::vector<ColumnRef>& columns,
                                                     Rows rows, Column& out) {
                     split_column(splitter, context, columns, rows, out);
                   });
}

/// The highest bit of each of eight bytes that is `wanted`.
std::uint64_t matches(const char* eight, char wanted) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101, kLow = 0x7f7f7f7f7f7f7f7f;
  std::uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  word ^= kOnes * static_cast<unsigned char>(wanted);
  return ~(((word & kLow) + kLow) | word | kLow);
}

/// Where a character stands for the `number`-th time, counted from 1: parts are short, so that a call for each of them
/// would cost more than the search.
std::size_t find_nth(string_view text, char wanted, std::int32_t number) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t))
    for (std::uint64_t found = matches(text.data() + at, wanted); found != 0; found &= found - 1)
      if (--number == 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  for (; at < text.size(); ++at)
    if (text[at] == wanted && --number == 0) return at;
  return string_view::npos;
}

/// Part `number`, counted from 1.
string_view part_between(string_view text, char separator, std::int32_t number) {
  if (number > 1) {
    const std::size_t found = find_nth(text, separator, number - 1);
    if (found == string_view::npos) return {};
    text.remove_prefix(found + 1);
  }
  return text.substr(0, find_nth(text, separator, 1));
}

/// Part `number` counted from 1, from the right when negative; the empty text beyond the parts.
std::optional<string_view> split_part(CallRow& row, string_view text, string_view separator,
                                      std::int32_t number) {
  if (number == 0)
    return row.fail(row_error("INVALID_INDEX_OF_ZERO", "22003",
                              "The index 0 is invalid. An index shall be either < 0 or > 0 (the "
                              "first element has index 1)."));
  if (separator.empty()) return number == 1 || number == -1 ? text : string_view();
  if (number > 0 && separator.size() == 1) return part_between(text, separator.front(), number);
  if (number > 0) {
    for (; number > 1; --number) {
      const std::size_t found = text.find(separator);
      if (found == string_view::npos) return string_view();
      text.remove_prefix(found + separator.size());
    }
    return text.substr(0, text.find(separator));
  }
  for (; number < -1; ++number) {
    const std::size_t found = text.rfind(separator);
    if (found == string_view::npos) return string_view();
    text = text.substr(0, found);
  }
  const std::size_t found = text.rfind(separator);
  return found == string_view::npos ? text : text.substr(found + separator.size());
}

}  // namespace

void register_split_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add_custom("split(text, pattern[, limit])",
                     "The parts of a text between the matches of a regular expression.", bind_split);
  strings.add<String(String, String, Int)>(
      "split_part(text, separator, number)",
      "One part of a text, counted from 1 or from the right when negative.", split_part);
}

}  // namespace millrace
