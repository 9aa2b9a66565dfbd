#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/calendar.hpp"
#include "records/datetime_pattern.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;

constexpr const char* kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

/// A pattern argument: compiled once when constant, else for each row.
class FormatArgument {
 public:
  static Result<FormatArgument> make(const FunctionCall& call, const BoundExpressionPtr& argument) {
    FormatArgument result;
    result.zone_ = session_zone(call);
    result.zone_name_ = call.settings.time_zone;
    result.ansi_ = call.settings.ansi;
    const std::optional<std::string> text = constant_text(*argument);
    if (!text) return result;
    Result<DateTimePattern> pattern = DateTimePattern::compile(*text);
    if (!pattern) return pattern.error();
    result.constant_ = std::make_shared<const DateTimePattern>(std::move(*pattern));
    return result;
  }

  OrError<string_view> format(CallRow& row, std::int64_t micros, string_view text) const {
    return with_pattern(row, text, [&](const DateTimePattern& pattern) {
      std::string out;
      pattern.format(out, micros, zone_, zone_name_);
      return OrError<string_view>(row.copy(out));
    });
  }

  /// CANNOT_PARSE_TIMESTAMP, or NULL where `strict` is off.
  std::optional<std::int64_t> parse(CallRow& row, string_view value, string_view text,
                                    bool strict) const {
    return with_pattern(
        row, text, [&](const DateTimePattern& pattern) -> std::optional<std::int64_t> {
          const Result<std::int64_t> micros = pattern.parse(value, zone_);
          if (micros) return *micros;
          if (!strict) return std::nullopt;
          return row.fail(row_error("CANNOT_PARSE_TIMESTAMP", "22007",
                                    micros.error().message +
                                        ". Use `try_to_timestamp` to tolerate invalid input string "
                                        "and return NULL instead."));
        });
  }

  /// Requires: a constant pattern. Neighbours in time mostly have the same text, which is written once.
  void format_all(const Column& instants, Rows rows, Column& out) const {
    const std::int64_t resolution = constant_->resolution();
    auto* const texts = out.mutable_values<string_view>();
    const bool skips_nulls = out.has_nulls();
    const bool is_utc = zone_.is_utc();
    // The local times that have the text at hand; none at first.
    std::int64_t begin = 0, end = 0;
    string_view text;
    std::string buffer;
    rows.for_each([&](std::uint32_t row) {
      if (skips_nulls && out.is_null(row)) return;
      const auto micros = instants.at<std::int64_t>(row);
      const std::int64_t local = is_utc ? micros : zone_.to_local(micros);
      if (local < begin || local >= end) {
        const std::int64_t into = resolution == 0 ? 0 : floor_remainder(local, resolution);
        const std::int64_t left = resolution - into;
        if (__builtin_sub_overflow(local, into, &begin)) begin = INT64_MIN;
        if (__builtin_add_overflow(local, left, &end)) end = INT64_MAX;
        buffer.clear();
        constant_->format(buffer, micros, zone_, zone_name_);
        text = out.arena().copy(buffer);
      }
      texts[row] = text;
    });
  }

  bool is_constant() const { return constant_ != nullptr; }
  bool ansi() const { return ansi_; }
  const TimeZone& zone() const { return zone_; }

 private:
  template <class F>
  auto with_pattern(CallRow& row, string_view text, F f) const
      -> decltype(f(std::declval<const DateTimePattern&>())) {
    if (constant_) return f(*constant_);
    const Result<DateTimePattern> pattern = DateTimePattern::compile(text);
    if (!pattern) return row.fail(pattern.error());
    return f(*pattern);
  }

  std::shared_ptr<const DateTimePattern> constant_;
  TimeZone zone_;
  std::string zone_name_;
  bool ansi_ = true;
};

/// Makes a lambda from `f(format, row, arguments...)`; the pattern is the last argument.
template <class F>
auto with_format(F f) {
  return [f](const FunctionCall& call, const Arguments& arguments) {
    Result<FormatArgument> format = FormatArgument::make(call, arguments.back());
    const auto run = [f, format = format ? *format : FormatArgument()](CallRow& row, auto... values) {
      return f(format, row, values...);
    };
    using Run = std::decay_t<decltype(run)>;
    return format ? Result<Run>(run) : Result<Run>(format.error());
  };
}

/// `Maybe` is OrError under ANSI, where bad text fails, else std::optional.
template <template <class> class Maybe>
Maybe<std::int64_t> parse_instant(const FormatArgument& format, CallRow& row, string_view value,
                                  string_view pattern) {
  const auto micros = format.parse(row, value, pattern, format.ansi());
  return micros ? Maybe<std::int64_t>(*micros) : std::nullopt;
}

std::optional<std::int64_t> parse_lenient(const FormatArgument& format, CallRow& row,
                                          string_view value, string_view pattern) {
  return format.parse(row, value, pattern, false);
}

template <template <class> class Maybe>
Maybe<std::int64_t> parse_local(const FormatArgument& format, CallRow& row, string_view value,
                                string_view pattern) {
  const auto micros = parse_instant<Maybe>(format, row, value, pattern);
  if (!micros) return std::nullopt;
  return format.zone().to_local(*micros);
}

template <template <class> class Maybe>
Maybe<std::int32_t> parse_day(const FormatArgument& format, CallRow& row, string_view value,
                              string_view pattern) {
  const auto micros = parse_instant<Maybe>(format, row, value, pattern);
  if (!micros) return std::nullopt;
  return static_cast<std::int32_t>(floor_divide(format.zone().to_local(*micros), kMicrosPerDay));
}

std::optional<std::int32_t> parse_day_lenient(const FormatArgument& format, CallRow& row,
                                              string_view value, string_view pattern) {
  const auto micros = parse_lenient(format, row, value, pattern);
  if (!micros) return std::nullopt;
  return static_cast<std::int32_t>(floor_divide(format.zone().to_local(*micros), kMicrosPerDay));
}

template <template <class> class Maybe>
Maybe<std::int64_t> parse_seconds(const FormatArgument& format, CallRow& row, string_view value,
                                  string_view pattern) {
  const auto micros = parse_instant<Maybe>(format, row, value, pattern);
  if (!micros) return std::nullopt;
  return floor_divide(*micros, kMicrosPerSecond);
}

OrError<string_view> format_instant(const FormatArgument& format, CallRow& row,
                                    std::int64_t micros, string_view pattern) {
  return format.format(row, micros, pattern);
}

/// An optional, as Spark calls the result nullable.
std::optional<string_view> format_seconds(const FormatArgument& format, CallRow& row,
                                          std::int64_t seconds, string_view pattern) {
  std::int64_t micros;
  if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return row.fail(long_overflow());
  return format.format(row, micros, pattern);
}

Result<BoundExpressionPtr> bind_date_format(const FunctionCall& call) {
  Result<Arguments> arguments =
      coerce_arguments(call, {DataType(TypeKind::Timestamp), DataType(TypeKind::String)});
  if (!arguments) return arguments.error();
  Result<FormatArgument> format = FormatArgument::make(call, arguments->back());
  if (!format) return format.error();
  if (!format->is_constant())
    return FunctionGroup::binder<String(Timestamp, String)>(with_format(format_instant))(call);
  return make_call(DataType(TypeKind::String), std::move(*arguments),
                   [format = std::move(*format)](EvalContext&, const std::vector<ColumnRef>& columns,
                                                 Rows rows, Column& out) {
                     format.format_all(*columns[0], rows, out);
                   });
}

/// Cut towards 1970, unlike unix_seconds.
std::int64_t seconds_of(std::int64_t micros) { return micros / kMicrosPerSecond; }

/// A text and its pattern: `strict` under ANSI, else `lenient`.
template <class Signature, class Strict, class Lenient>
Result<BoundExpressionPtr> bind_parse(const FunctionCall& call, Strict strict, Lenient lenient,
                                      std::vector<Value> defaults = {}) {
  if (call.settings.ansi)
    return FunctionGroup::binder<Signature>(with_format(strict), std::move(defaults))(call);
  return FunctionGroup::binder<Signature>(with_format(lenient), std::move(defaults))(call);
}

bool is_text(const FunctionCall& call) {
  return !call.arguments.empty() && call.arguments[0] &&
         call.arguments[0]->type().kind() == TypeKind::String;
}

/// to_timestamp and to_date: a cast where no pattern is given or the value is no text. What is neither text, time nor,
/// for to_timestamp, a number is read as text.
Result<BoundExpressionPtr> bind_cast(const FunctionCall& call, TypeKind kind, CastMode mode) {
  if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
  if (!call.arguments[0]) return unexpected_input_type(call, 0, "\"STRING\"");
  BoundExpressionPtr argument = call.arguments[0];
  const bool as_text = argument->type().kind() == TypeKind::Boolean || argument->type().kind() == TypeKind::Binary ||
                       (argument->type().is_numeric() && kind != TypeKind::Timestamp);
  if (as_text) {
    Result<BoundExpressionPtr> text = bound_cast(argument, DataType(TypeKind::String), mode, call.settings);
    if (!text) return text.error();
    argument = std::move(*text);
  }
  return bound_cast(std::move(argument), DataType(kind), mode, call.settings);
}

Result<BoundExpressionPtr> bind_to_timestamp(const FunctionCall& call) {
  if (call.arguments.size() != 2 || !is_text(call))
    return bind_cast(call, TypeKind::Timestamp, CastMode::Plain);
  return bind_parse<Timestamp(String, String)>(call, parse_instant<OrError>,
                                               parse_instant<std::optional>);
}

Result<BoundExpressionPtr> bind_try_to_timestamp(const FunctionCall& call) {
  if (call.arguments.size() != 2 || !is_text(call))
    return bind_cast(call, TypeKind::Timestamp, CastMode::Try);
  return FunctionGroup::binder<Timestamp(String, String)>(with_format(parse_lenient))(call);
}

Result<BoundExpressionPtr> bind_to_date(const FunctionCall& call) {
  if (call.arguments.size() != 2 || !is_text(call))
    return bind_cast(call, TypeKind::Date, CastMode::Plain);
  return bind_parse<Date(String, String)>(call, parse_day<OrError>, parse_day<std::optional>);
}

Result<BoundExpressionPtr> bind_try_to_date(const FunctionCall& call) {
  if (call.arguments.size() != 2 || !is_text(call))
    return bind_cast(call, TypeKind::Date, CastMode::Try);
  return FunctionGroup::binder<Date(String, String)>(with_format(parse_day_lenient))(call);
}

Result<BoundExpressionPtr> bind_to_timestamp_ntz(const FunctionCall& call) {
  if (call.arguments.size() != 2 || !is_text(call))
    return bind_cast(call, TypeKind::TimestampNtz, CastMode::Plain);
  return bind_parse<TimestampNtz(String, String)>(call, parse_local<OrError>,
                                                  parse_local<std::optional>);
}

/// Seconds since 1970; without arguments those of the current time.
Result<BoundExpressionPtr> bind_unix_timestamp(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 0, 2); !status) return status.error();
  if (call.arguments.empty()) {
    Result<BoundExpressionPtr> now = call_function("current_timestamp", {}, call);
    if (!now) return now.error();
    return call_function("unix_seconds", {*now}, call);
  }
  if (is_text(call) || call.arguments[0]->type().is_null())
    return bind_parse<Long(String, String)>(call, parse_seconds<OrError>,
                                            parse_seconds<std::optional>,
                                            {text_value(kDefaultPattern)});
  if (call.arguments[0]->type().kind() == TypeKind::TimestampNtz)
    return FunctionGroup::binder<Long(TimestampNtz)>(plain(seconds_of))(call);
  const std::vector<ExpressionPtr> syntax{call.syntax[0]};
  const FunctionCall one{call.name,   {call.arguments[0]}, false,      call.settings,
                         call.origin, syntax,              call.scope, call.functions};
  if (call.settings.ansi) return FunctionGroup::binder<Long(Timestamp)>(plain(seconds_of))(one);
  return FunctionGroup::binder<Long(Timestamp)>(
      plain([](std::int64_t micros) { return std::optional(seconds_of(micros)); }))(one);
}

/// Shifts an instant between UTC and a named zone: `wall clock of one read as the other`.
template <std::int64_t (TimeZone::*Shift)(std::int64_t) const>
OrError<std::int64_t> shift_zone(CallRow& row, std::int64_t micros, string_view name) {
  const Result<TimeZone> zone = TimeZone::find(name);
  if (!zone) return row.fail(zone.error());
  return ((*zone).*Shift)(micros);
}

OrError<std::int64_t> convert_zone(CallRow& row, string_view from, string_view to,
                                   std::int64_t micros) {
  const Result<TimeZone> source = TimeZone::find(from), target = TimeZone::find(to);
  if (!source) return row.fail(source.error());
  if (!target) return row.fail(target.error());
  return target->to_local(source->to_instant(micros));
}

Result<BoundExpressionPtr> bind_convert_timezone(const FunctionCall& call) {
  const auto bind =
      FunctionGroup::binder<TimestampNtz(String, String, TimestampNtz)>(plain(convert_zone));
  if (call.arguments.size() != 2) return bind(call);
  const Value session = text_value(call.settings.time_zone);
  const std::vector<ExpressionPtr> syntax{make_expression(Literal{session}), call.syntax[0],
                                          call.syntax[1]};
  return bind({call.name, {bound_literal(session), call.arguments[0], call.arguments[1]}, false,
               call.settings, call.origin, syntax, call.scope, call.functions});
}

}  // namespace

void register_time_text_functions(FunctionRegistry& registry) {
  FunctionGroup times(registry, "date and time");
  times.add_custom("to_timestamp(text[, pattern])", "An instant from text.", bind_to_timestamp)
      .alias("to_timestamp_ltz");
  times.add_custom("to_timestamp_ntz(text[, pattern])", "A timestamp without zone from text.",
                   bind_to_timestamp_ntz);
  times.add_custom("try_to_date(text[, pattern])", "A date from text, NULL when it cannot be read.",
                   bind_try_to_date);
  times.add_custom("try_to_timestamp(text[, pattern])",
                   "An instant from text, NULL when it cannot be read.", bind_try_to_timestamp);
  times.add_custom("to_date(text[, pattern])", "A date from text.", bind_to_date);
  times.add_custom("date_format(timestamp, pattern)", "Local time as text.", bind_date_format);
  times.add_bound<String(Long, String)>("from_unixtime(seconds[, pattern])",
                                        "Seconds since 1970 as local time.",
                                        with_format(format_seconds), {text_value(kDefaultPattern)});
  times.add_custom("unix_timestamp([time[, pattern]])", "Seconds since 1970 UTC.",
                   bind_unix_timestamp)
      .alias("to_unix_timestamp");
  times.add<Timestamp(Timestamp, String)>("from_utc_timestamp(timestamp, zone)",
                                          "Reads an instant's UTC time as that of a zone.",
                                          shift_zone<&TimeZone::to_local>);
  times.add<Timestamp(Timestamp, String)>("to_utc_timestamp(timestamp, zone)",
                                          "Reads an instant's time in a zone as UTC.",
                                          shift_zone<&TimeZone::to_instant>);
  times.add_custom("convert_timezone([from, ]to, timestamp)",
                   "Local time of one zone, or of the session's, as that of another.",
                   bind_convert_timezone);
}

}  // namespace millrace
