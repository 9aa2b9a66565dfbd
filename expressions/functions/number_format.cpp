#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

#include <algorithm>
#include <memory>

// to_char and to_number with formats like `$99,999.00S`.
namespace millrace {

namespace {

using std::string_view;
using Columns = std::vector<ColumnRef>;

enum class Sign { None, Leading, Trailing, LeadingMinus, TrailingMinus, Brackets };

/// A parsed format. Source: Spark's ToNumberParser.
struct NumberFormat {
  std::string text;
  std::string before;  // 9, 0 and , before the point
  std::string after;   // 9 and 0 behind it
  bool has_point = false;
  bool has_dollar = false;
  Sign sign = Sign::None;

  int num_digits_before() const {
    return static_cast<int>(
        before.size() - static_cast<std::size_t>(std::count(before.begin(), before.end(), ',')));
  }
  DataType type() const {
    const int scale = static_cast<int>(after.size());
    return DataType::decimal(std::max(1, num_digits_before() + scale), scale);
  }
  static std::optional<NumberFormat> parse(string_view text);
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool take(string_view& text, string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (upper(text[i]) != word[i]) return false;
  text.remove_prefix(word.size());
  return true;
}

bool take_last(string_view& text, string_view word) {
  if (text.size() < word.size()) return false;
  string_view end = text.substr(text.size() - word.size());
  if (!take(end, word)) return false;
  text.remove_suffix(word.size());
  return true;
}

std::optional<NumberFormat> NumberFormat::parse(string_view text) {
  NumberFormat format;
  format.text = text;
  if (take(text, "MI"))
    format.sign = Sign::LeadingMinus;
  else if (take(text, "S"))
    format.sign = Sign::Leading;
  if (format.sign == Sign::None) {
    if (take_last(text, "MI"))
      format.sign = Sign::TrailingMinus;
    else if (take_last(text, "PR"))
      format.sign = Sign::Brackets;
    else if (take_last(text, "S"))
      format.sign = Sign::Trailing;
  }
  format.has_dollar = take(text, "$") || take_last(text, "$");
  for (const char c : text) {
    const char symbol = upper(c);
    const bool is_digit = symbol == '0' || symbol == '9';
    if (is_digit)
      (format.has_point ? format.after : format.before) += symbol;
    else if ((symbol == ',' || symbol == 'G') && !format.has_point)
      format.before += ',';
    else if ((symbol == '.' || symbol == 'D') && !format.has_point)
      format.has_point = true;
    else
      return std::nullopt;
  }
  const bool has_digits = format.num_digits_before() + format.after.size() > 0;
  if (!has_digits || format.before.starts_with(',') || format.type().precision() > 38)
    return std::nullopt;
  return format;
}

/// Digits with leading places of `9` as blanks and of `0` as zeros; `#` where they have no room.
std::string digits_before(const NumberFormat& format, const std::string& digits) {
  std::string out;
  std::size_t places = static_cast<std::size_t>(format.num_digits_before());
  bool has_begun = false;
  for (const char symbol : format.before) {
    if (symbol == ',') {
      out += has_begun ? ',' : ' ';
      continue;
    }
    const bool has_digit = places <= digits.size();
    has_begun = has_begun || has_digit || symbol == '0';
    out += has_digit ? digits[digits.size() - places] : has_begun ? '0' : ' ';
    --places;
  }
  return out;
}

std::string signed_text(const NumberFormat& format, std::string text, bool is_negative) {
  const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
  const auto lead = [&](const char* sign) { text.insert(blanks, sign); };
  if (format.has_dollar) lead("$");
  switch (format.sign) {
    case Sign::None:
      if (is_negative) lead("-");
      break;
    case Sign::Leading: lead(is_negative ? "-" : "+"); break;
    case Sign::LeadingMinus: lead(is_negative ? "-" : " "); break;
    case Sign::Trailing: text += is_negative ? '-' : '+'; break;
    case Sign::TrailingMinus: text += is_negative ? '-' : ' '; break;
    case Sign::Brackets:
      if (is_negative) lead("<");
      text += is_negative ? ">" : "";
  }
  return text;
}

/// `unscaled` has the scale of the format.
std::string format_number(const NumberFormat& format, Int128 unscaled) {
  const bool is_negative = unscaled < 0;
  std::string digits;
  for (Int128 rest = is_negative ? -unscaled : unscaled; rest != 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  const std::size_t scale = format.after.size();
  if (digits.size() < scale) digits.insert(0, scale - digits.size(), '0');
  const std::string whole = digits.substr(0, digits.size() - scale);
  std::string text = digits_before(format, whole);
  if (format.has_point) text += "." + digits.substr(digits.size() - scale);
  if (whole.size() > static_cast<std::size_t>(format.num_digits_before()))
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }, '#');
  return signed_text(format, std::move(text), is_negative);
}

bool take_sign(string_view& text, const NumberFormat& format) {
  switch (format.sign) {
    case Sign::None: return false;
    case Sign::Leading:
      if (take(text, "+")) return false;
      [[fallthrough]];
    case Sign::LeadingMinus: return take(text, "-");
    case Sign::Trailing:
      if (take_last(text, "+")) return false;
      [[fallthrough]];
    case Sign::TrailingMinus: return take_last(text, "-");
    case Sign::Brackets: return take(text, "<") && take_last(text, ">");
  }
  return false;
}

/// Digits before the point: as many as the format has at most, with commas where it has them.
bool read_before(string_view part, const NumberFormat& format, Int128& value) {
  std::size_t at = format.before.size();
  std::string digits;
  for (std::size_t i = part.size(); i-- > 0;) {
    if (at == 0) return false;
    const char symbol = format.before[--at];
    const bool is_digit = part[i] >= '0' && part[i] <= '9';
    if (symbol == ',' ? part[i] != ',' : !is_digit) return false;
    if (is_digit) digits.insert(digits.begin(), part[i]);
  }
  const bool misses_zero = format.before.substr(0, at).find('0') != std::string::npos;
  for (const char c : digits) value = value * 10 + (c - '0');
  return !misses_zero;
}

/// The unscaled number, or nothing when the text does not match the format.
std::optional<Int128> parse_number(const NumberFormat& format, string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  bool is_negative = take_sign(text, format);
  if (format.has_dollar && !take(text, "$") && !take_last(text, "$")) return std::nullopt;
  const std::size_t point = std::min(text.find('.'), text.size());
  const string_view after = point < text.size() ? text.substr(point + 1) : string_view();
  Int128 value = 0;
  if (!read_before(text.substr(0, point), format, value)) return std::nullopt;
  if (point < text.size() && !format.has_point) return std::nullopt;
  if (after.size() > format.after.size()) return std::nullopt;
  for (std::size_t i = 0; i < format.after.size(); ++i) {
    const char digit = i < after.size() ? after[i] : '0';
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  if (text.empty()) return std::nullopt;
  return is_negative ? -value : value;
}

Error mismatch(string_view input, const std::string& format) {
  return row_error("INVALID_FORMAT.MISMATCH_INPUT", "42601",
                   "The format is invalid: '" + format + "'. The input \"STRING\" '" +
                       std::string(input) + "' does not match the format.",
                   "use the try_ form of the function to get NULL");
}

Result<NumberFormat> format_argument(const FunctionCall& call) {
  const std::optional<std::string> text =
      call.arguments[1] ? constant_text(*call.arguments[1]) : std::nullopt;
  if (!text)
    return type_mismatch(call, "NON_FOLDABLE_INPUT",
                         "the input `format` should be a foldable \"STRING\" expression");
  const std::optional<NumberFormat> format = NumberFormat::parse(*text);
  if (format) return *format;
  return row_error("INVALID_FORMAT.UNEXPECTED_TOKEN", "42601",
                   "The format is invalid: '" + *text + "'. Found an unexpected token.",
                   "write 0 and 9 for digits, and . , $ S MI PR where Spark allows them");
}

template <bool IsTry>
Result<BoundExpressionPtr> bind_to_number(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  const Result<BoundExpressionPtr> text = coerce_argument(call, 0, DataType(TypeKind::String));
  if (!text) return text.error();
  const Result<NumberFormat> format = format_argument(call);
  if (!format) return format.error();
  return make_call(
      format->type(), true, {*text},
      [format = *format](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
        rows.for_each([&](std::uint32_t row) {
          if (out.is_null(row)) return;
          const auto input = columns[0]->at<string_view>(row);
          if (const auto value = parse_number(format, input))
            return void(out.mutable_values<Int128>()[row] = *value);
          if (!IsTry) context.fail(row, mismatch(input, format.text));
          out.set_null(row);
        });
      });
}

Result<BoundExpressionPtr> number_to_char(const FunctionCall& call) {
  const Result<NumberFormat> format = format_argument(call);
  if (!format) return format.error();
  const DataType exact = DataType::decimal(38, static_cast<int>(format->after.size()));
  const Result<BoundExpressionPtr> number =
      bound_cast(call.arguments[0], exact, CastMode::Plain, call.settings);
  if (!number) return number.error();
  return make_call(
      DataType(TypeKind::String), call.arguments[0]->nullable(), {*number},
      [format = *format](EvalContext&, const Columns& columns, Rows rows, Column& out) {
        rows.for_each([&](std::uint32_t row) {
          if (out.is_null(row)) return;
          out.mutable_values<string_view>()[row] =
              out.arena().copy(format_number(format, columns[0]->at<Int128>(row)));
        });
      });
}

/// Bytes by `base64`, `hex` or `utf-8`.
Result<BoundExpressionPtr> bytes_to_char(const FunctionCall& call) {
  const std::string format =
      call.arguments[1] ? constant_text(*call.arguments[1]).value_or("") : "";
  if (equal_ignoring_case(format, "base64"))
    return call_function("base64", {call.arguments[0]}, call);
  if (equal_ignoring_case(format, "hex")) return call_function("hex", {call.arguments[0]}, call);
  if (equal_ignoring_case(format, "utf-8"))
    return call_function("decode", {call.arguments[0], bound_literal(text_value("UTF-8"))}, call);
  return type_mismatch(call, "INVALID_ARG_VALUE",
                       "The `format` value must to be a case-insensitive \"STRING\" literal of "
                       "'base64', 'hex', 'utf-8', but got '" +
                           format + "'");
}

Result<BoundExpressionPtr> bind_to_char(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 2); !status) return status.error();
  if (!call.arguments[0]) return unexpected_input_type(call, 0, "\"DECIMAL\"");
  switch (call.arguments[0]->type().kind()) {
    case TypeKind::Date:
    case TypeKind::Timestamp:
    case TypeKind::TimestampNtz: return call_function("date_format", call.arguments, call);
    case TypeKind::Binary: return bytes_to_char(call);
    default: return number_to_char(call);
  }
}

}  // namespace

void register_number_format_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings
      .add_custom(
          "to_char(value, format)",
          "A number by a format like '$99,990.00', a date or timestamp by a pattern, or bytes.",
          bind_to_char)
      .alias("to_varchar");
  strings.add_custom("to_number(text, format)", "A decimal from text by a format like '99,999.99'.",
                     bind_to_number<false>);
  strings.add_custom("try_to_number(text, format)", "The same, NULL where the text does not match.",
                     bind_to_number<true>);
}

}  // namespace millrace
