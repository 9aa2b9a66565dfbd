#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/real_text.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/utf8.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/decimal.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;
using Columns = std::vector<ColumnRef>;

/// `-12345.6` as `-12,345.6`.
std::string with_commas(std::string digits) {
  const std::size_t start = digits.starts_with('-') ? 1 : 0;
  std::size_t at = std::min(digits.find('.'), digits.size());
  while (at > start + 3) digits.insert(at -= 3, 1, ',');
  return digits;
}

/// One `%...` of a format: flags and width, precision, conversion.
struct Directive {
  std::string flags;  // with the width
  int precision = -1;
  char conversion = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a directive behind the `%` at `at`; false when it is malformed.
bool read_directive(string_view format, std::size_t& at, Directive& directive) {
  constexpr string_view kFlags = "-+ 0,#";
  while (at < format.size() && (kFlags.find(format[at]) != kFlags.npos || is_digit(format[at])))
    directive.flags += format[at++];
  if (directive.flags.size() > 6) return false;
  if (at < format.size() && format[at] == '.') {
    directive.precision = 0;
    for (++at; at < format.size() && is_digit(format[at]) && directive.precision < 1000; ++at)
      directive.precision = directive.precision * 10 + (format[at] - '0');
  }
  if (at < format.size()) directive.conversion = format[at++];
  return directive.conversion != 0;
}

std::string print(const std::string& format, auto value) {
  const int size = std::snprintf(nullptr, 0, format.c_str(), value);
  std::string text(static_cast<std::size_t>(std::max(size, 0)), '\0');
  std::snprintf(text.data(), text.size() + 1, format.c_str(), value);
  return text;
}

/// Characters as Java counts them: those beyond U+FFFF are two.
std::size_t count_utf16(string_view text) {
  const auto is_long = [](char c) { return static_cast<unsigned char>(c) >= 0xF0; };
  return utf8::count(text) + static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_long));
}

std::string upper_case(string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded from = utf8::decode(text, at);
    char bytes[4];
    result.append(bytes, utf8::encode(utf8::to_upper(from.code), bytes));
    at += from.width;
  }
  return result;
}

/// `text` filled up with blanks to the width that the flags end with; `-` puts it to the left.
std::string fill_up(std::string text, const std::string& flags) {
  const auto first = flags.find_first_of("123456789");
  const std::size_t width = first == flags.npos ? 0 : std::strtoul(flags.c_str() + first, nullptr, 10);
  const std::size_t size = count_utf16(text);
  if (size >= width) return text;
  text.insert(flags.find('-') == flags.npos ? 0 : text.size(), width - size, ' ');
  return text;
}

/// Java's %g: as %f for 1E-4 up to 10^precision, else as %e; zeros at the end stay.
char plain_or_scientific(double value, int precision, char conversion) {
  const bool plain = value == 0 || (std::abs(value) >= 1e-4 && std::abs(value) < std::pow(10, precision));
  return plain ? 'f' : static_cast<char>(conversion - 2);  // 'e' or 'E'
}

/// The digits with their sign, filled up with blanks, or behind the sign with zeros.
std::string with_sign(const std::string& flags, bool negative, std::string digits) {
  const auto has = [&](char flag) { return flags.substr(0, flags.find_first_of("123456789")).find(flag) != flags.npos; };
  const std::string sign = negative ? "-" : has('+') ? "+" : has(' ') ? " " : "";
  if (has('0') && !has('-')) {
    const std::string filled = fill_up(sign + digits, flags);
    digits.insert(0, filled.size() - sign.size() - digits.size(), '0');
  }
  return fill_up(sign + digits, flags);
}

/// A number for %e %f %g, NaN and infinities by Java's names.
std::string print_real(const Directive& directive, double value) {
  if (!std::isfinite(value))
    return fill_up(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", directive.flags);
  int precision = directive.precision < 0 ? 6 : directive.precision;
  char conversion = directive.conversion;
  if (conversion == 'g' || conversion == 'G') {
    precision = std::max(precision, 1);
    conversion = plain_or_scientific(value, precision, conversion);
    const int digits = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
    precision = conversion == 'f' ? std::max(precision - digits, 0) : precision - 1;
  }
  const bool scientific = conversion == 'e' || conversion == 'E';
  std::string digits = scientific ? scientific_text(value, precision) : fixed_text(value, precision);
  if (conversion == 'E') std::transform(digits.begin(), digits.end(), digits.begin(), ::toupper);
  return with_sign(directive.flags, std::signbit(value), std::move(digits));
}

double real_at(const Column& column, std::size_t row) {
  switch (column.type().kind()) {
    case TypeKind::Float: return column.at<float>(row);
    case TypeKind::Double: return column.at<double>(row);
    case TypeKind::Decimal: return decimal_to_double(column.at<Int128>(row), column.type().scale());
    default: return std::nan("");
  }
}

std::int64_t whole_at(const Column& column, std::size_t row) {
  switch (column.type().kind()) {
    case TypeKind::Byte: return column.at<std::int8_t>(row);
    case TypeKind::Short: return column.at<std::int16_t>(row);
    case TypeKind::Long: return column.at<std::int64_t>(row);
    default: return column.at<std::int32_t>(row);
  }
}

/// Text of one argument; empty when the conversion does not fit its type.
std::optional<std::string> convert(Directive directive, const Column& column, std::size_t row,
                                   const TextStyle& style) {
  const bool commas = directive.flags.find(',') != std::string::npos;
  std::erase(directive.flags, ',');
  const std::string start = "%" + directive.flags;
  const DataType& type = column.type();
  const bool whole = type.is_integral(), real = type.is_numeric() && !whole;
  const char conversion = directive.conversion;
  if (column.is_null(row) || string_view("sSb").find(conversion) != string_view::npos) {
    std::string text;
    append_text(text, column, row, style);
    if (directive.precision >= 0)
      text.resize(utf8::offset_of(text, static_cast<std::size_t>(directive.precision)));
    if (conversion == 'S') text = upper_case(text);
    return fill_up(std::move(text), directive.flags);
  }
  if (conversion == 'd' && whole) {
    const std::string text = print(start + "ld", static_cast<long>(whole_at(column, row)));
    return commas ? with_commas(text) : text;
  }
  if ((conversion == 'x' || conversion == 'X' || conversion == 'o') && whole) {
    const auto value = static_cast<unsigned long>(whole_at(column, row));
    const bool narrow = type.kind() != TypeKind::Long;
    return print(start + "l" + conversion, narrow ? value & 0xFFFFFFFFul : value);
  }
  if (conversion == 'c' && whole) {
    char bytes[5] = {};
    utf8::encode(static_cast<char32_t>(whole_at(column, row)), bytes);
    return print(start + "s", static_cast<const char*>(bytes));
  }
  if (string_view("feEgG").find(conversion) == string_view::npos || !real) return std::nullopt;
  const std::string text = print_real(directive, real_at(column, row));
  return commas ? with_commas(text) : text;
}

/// Java's Formatter for the conversions s d x o c b f e g n and %.
std::optional<std::string> format_row(string_view format, const Columns& columns, std::uint32_t row,
                                      const TextStyle& style) {
  std::string out;
  std::size_t next = 1;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    Directive directive;
    if (!read_directive(format, ++at, directive)) return std::nullopt;
    if (directive.conversion == '%' || directive.conversion == 'n') {
      out += directive.conversion == 'n' ? '\n' : '%';
      continue;
    }
    if (next >= columns.size()) return std::nullopt;
    const Column& column = *columns[next++];
    const auto text = convert(directive, column, row_of(column, row), style);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

Result<BoundExpressionPtr> bind_format_string(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 100000); !status) return status.error();
  Arguments arguments = call.arguments;
  Result<BoundExpressionPtr> format = coerce_argument(call, 0, DataType(TypeKind::String));
  if (!format) return format.error();
  arguments[0] = *format;
  const auto run = [style = cast_style(call)](EvalContext& context, const Columns& columns, Rows rows,
                                              Column& out) {
    rows.for_each([&](std::uint32_t row) {
      if (columns[0]->is_null(row)) return out.set_null(row);
      const string_view pattern = columns[0]->at<string_view>(row);
      const std::optional<std::string> text = format_row(pattern, columns, row, style);
      if (text) return void(out.mutable_values<string_view>()[row] = out.arena().copy(*text));
      out.set_null(row);
      context.fail(row, make_error(ErrorKind::QueryFailed,
                                   fmt::format("format_string: bad format: '{}'", pattern),
                                   "use %s %d %x %o %c %b %f %e %g %n %% with arguments of their type"));
    });
  };
  return make_call(DataType(TypeKind::String), format->get()->nullable(), std::move(arguments), run,
                   NullRule::Own);
}

/// Digits with commas; halves go to the even digit as in Java's DecimalFormat.
std::optional<string_view> format_number(CallRow& row, double number, std::int32_t digits) {
  if (digits < 0 || digits > 300) return std::nullopt;
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-∞" : "∞";
  return row.copy(with_commas(fmt::format("{:.{}f}", number, digits)));
}

string_view soundex(CallRow& row, string_view text) {
  constexpr string_view kCodes = "01230127022455012623017202";
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  if (text.empty() || upper(text[0]) < 'A' || upper(text[0]) > 'Z') return text;
  std::string result(1, upper(text[0]));
  char last = kCodes[static_cast<std::size_t>(result[0] - 'A')];
  for (char c : text.substr(1)) {
    const char letter = upper(c);
    if (letter < 'A' || letter > 'Z') {
      last = '0';
      continue;
    }
    const char code = kCodes[static_cast<std::size_t>(letter - 'A')];
    if (code >= '1' && code <= '6' && code != last && result.size() < 4) result += code;
    if (code != '7') last = code;
  }
  result.resize(4, '0');
  return row.copy(result);
}

/// An optional, as Spark calls the result nullable.
std::optional<string_view> quote(CallRow& row, string_view text) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'') result += '\\';
    result += c;
  }
  return row.copy(result += '\'');
}

/// What stands for the letters and digits of a kind; NULL keeps them.
using Cover = std::optional<string_view>;

std::string mask(string_view text, const Cover& upper, const Cover& lower, const Cover& digit) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded from = utf8::decode(text, at);
    const string_view own = text.substr(at, from.width);
    if (utf8::to_lower(from.code) != from.code) result += upper.value_or(own);
    else if (utf8::to_upper(from.code) != from.code || from.code == 0xDF) result += lower.value_or(own);
    else if (from.code >= '0' && from.code <= '9') result += digit.value_or(own);
    else result += own;
    at += from.width;
  }
  return result;
}

void mask_rows(EvalContext&, const Columns& columns, Rows rows, Column& out) {
  const auto cover = [&](std::size_t i, std::uint32_t row) {
    return columns[i]->is_null(row) ? Cover() : Cover(columns[i]->at<string_view>(row));
  };
  rows.for_each([&](std::uint32_t row) {
    if (columns[0]->is_null(row)) return out.set_null(row);
    const std::string masked =
        mask(columns[0]->at<string_view>(row), cover(1, row), cover(2, row), cover(3, row));
    out.mutable_values<string_view>()[row] = out.arena().copy(masked);
  });
}

Result<BoundExpressionPtr> bind_mask(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  Result<Arguments> arguments = coerce_arguments(
      call, {text, text, text, text}, {text_value("X"), text_value("x"), text_value("n")});
  if (!arguments) return arguments.error();
  return make_call(text, true, std::move(*arguments), mask_rows, NullRule::Own);
}

/// elt(number, texts...): the text with that number from 1.
Result<BoundExpressionPtr> bind_elt(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 100000); !status) return status.error();
  Arguments arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    auto argument = coerce_argument(call, i, DataType(i == 0 ? TypeKind::Int : TypeKind::String));
    if (!argument) return argument.error();
    arguments.push_back(std::move(*argument));
  }
  const auto run = [ansi = call.settings.ansi](EvalContext& context, const Columns& columns, Rows rows,
                                               Column& out) {
    for (std::size_t c = 1; c < columns.size(); ++c) out.keep(columns[c]);
    rows.for_each([&](std::uint32_t row) {
      if (columns[0]->is_null(row)) return out.set_null(row);
      const std::int32_t number = columns[0]->at<std::int32_t>(row);
      const auto count = static_cast<std::int32_t>(columns.size() - 1);
      const bool inside = number >= 1 && number <= count;
      if (inside && !columns[static_cast<std::size_t>(number)]->is_null(row)) {
        out.mutable_values<string_view>()[row] =
            columns[static_cast<std::size_t>(number)]->at<string_view>(row);
        return;
      }
      out.set_null(row);
      if (inside || !ansi) return;
      context.fail(row, row_error("INVALID_ARRAY_INDEX", "22003",
                                  fmt::format("The index {} is out of bounds. The array has {} "
                                              "elements. Use the SQL function `get()` to tolerate "
                                              "accessing element at invalid index and return NULL "
                                              "instead.",
                                              number, count)));
    });
  };
  return make_call(DataType(TypeKind::String), true, std::move(arguments), run, NullRule::Own);
}

}  // namespace

void register_string_format_functions(FunctionRegistry& registry) {
  FunctionGroup strings(registry, "string");
  strings.add_custom("format_string(format, values...)", "Values put into a text, as printf does.",
                     bind_format_string)
      .alias("printf");
  strings.add<String(Double, Int)>("format_number(number, digits)",
                                   "A number with commas and digits after the point.", format_number);
  strings.add_custom("soundex(text)", "Soundex code.",
                     takes_only_text(FunctionGroup::binder<String(String)>(plain(soundex))));
  strings.add<String(String)>("quote(text)", "The text as an SQL literal.", quote);
  strings.add_custom("mask(text[, upper[, lower[, digit]]])", "Letters and digits hidden.",
                     takes_only_text(bind_mask));
  strings.add_custom("elt(number, texts...)", "The text with that number from 1.", bind_elt);
}

}  // namespace millrace
