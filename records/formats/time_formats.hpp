#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "records/datetime_pattern.hpp"
#include "records/formats/format.hpp"

namespace millrace {

/// How dates and timestamps of a format are written: its zone, and patterns where the options name
/// them (`dateFormat`, `timestampFormat`, `timestampNTZFormat`). Immutable; safe to share.
class TimeFormats {
 public:
  /// Errors: an unknown zone, a pattern that Spark refuses.
  static Result<TimeFormats> read(const FormatSettings& settings);

  const TimeZone& zone() const { return zone_; }
  /// The pattern of DATE, TIMESTAMP or TIMESTAMP_NTZ; null: none was named, or another type.
  const DateTimePattern* pattern_of(TypeKind kind) const;
  /// By the pattern of `kind`, which there is: microseconds, or days of a DATE. Empty: `text` is not of the
  /// pattern.
  std::optional<std::int64_t> parse(TypeKind kind, std::string_view text) const;
  /// `value`: microseconds, or days of a DATE. Requires: a pattern of `kind`.
  void append(std::string& out, TypeKind kind, std::int64_t value) const;

 private:
  TimeZone zone_;
  std::string zone_name_;
  std::optional<DateTimePattern> date_, timestamp_, timestamp_ntz_;
};

}  // namespace millrace
