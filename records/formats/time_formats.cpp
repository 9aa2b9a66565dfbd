#include "records/formats/time_formats.hpp"

#include "records/calendar.hpp"
#include "records/formats/bad_record_handler.hpp"

namespace millrace {
namespace {

Status compile(const Options& options, std::string_view name, std::optional<DateTimePattern>& pattern) {
  const OptionText* text = options.find(name);
  if (text == nullptr) return {};
  auto compiled = DateTimePattern::compile(text->value);
  if (!compiled) {
    compiled.error().kind = ErrorKind::Config;
    compiled.error().notes.push_back("in option `" + std::string(name) + "`");
    return std::move(compiled.error());
  }
  pattern = std::move(*compiled);
  return {};
}

}  // namespace

Result<TimeFormats> TimeFormats::read(const FormatSettings& settings) {
  TimeFormats formats;
  const auto zone = option_zone(settings);
  if (!zone) return zone.error();
  formats.zone_ = *zone;
  formats.zone_name_ = option_text(settings.options, "timeZone", settings.time_zone);
  Status status = compile(settings.options, "dateFormat", formats.date_);
  if (status.ok()) status = compile(settings.options, "timestampFormat", formats.timestamp_);
  if (status.ok()) status = compile(settings.options, "timestampNTZFormat", formats.timestamp_ntz_);
  if (!status) return std::move(status.error());
  return formats;
}

const DateTimePattern* TimeFormats::pattern_of(TypeKind kind) const {
  const auto given = [](const std::optional<DateTimePattern>& pattern) {
    return pattern ? &*pattern : nullptr;
  };
  switch (kind) {
    case TypeKind::Date: return given(date_);
    case TypeKind::Timestamp: return given(timestamp_);
    case TypeKind::TimestampNtz: return given(timestamp_ntz_);
    default: return nullptr;
  }
}

std::optional<std::int64_t> TimeFormats::parse(TypeKind kind, std::string_view text) const {
  const TimeZone local = kind == TypeKind::Timestamp ? zone_ : TimeZone();
  const Result<std::int64_t> micros = pattern_of(kind)->parse(text, local);
  if (!micros) return std::nullopt;
  return kind == TypeKind::Date ? floor_divide(*micros, kMicrosPerDay) : *micros;
}

void TimeFormats::append(std::string& out, TypeKind kind, std::int64_t value) const {
  const std::int64_t micros = kind == TypeKind::Date ? value * kMicrosPerDay : value;
  const bool has_zone = kind == TypeKind::Timestamp;
  pattern_of(kind)->format(out, micros, has_zone ? zone_ : TimeZone(), has_zone ? zone_name_ : "UTC");
}

}  // namespace millrace
