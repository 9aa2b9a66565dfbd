#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "records/result.hpp"

namespace date {
class time_zone;
}

namespace millrace {

/// A session time zone: UTC, a fixed offset or a region of the IANA database. Cheap to copy; safe to
/// use from any thread. Microseconds throughout.
class TimeZone {
 public:
  TimeZone() = default;  // UTC
  /// `UTC`, `Z`, `GMT`, `+HH:MM`, `-8`, `UTC+1`, `GMT-03:30`, `Europe/Berlin`. Error:
  /// INVALID_TIMEZONE as Spark words it.
  static Result<TimeZone> find(std::string_view name);
  static TimeZone fixed(int offset_seconds);

  /// Wall clock time (as if it were UTC) of an instant.
  std::int64_t to_local(std::int64_t instant) const;
  /// Instant of a wall clock time. As Java does: in a gap the clock moves on by the gap's length, in
  /// an overlap the earlier instant is meant.
  std::int64_t to_instant(std::int64_t local) const;
  /// Seconds east of UTC at an instant.
  int offset_at(std::int64_t instant) const;
  bool is_utc() const { return region_ == nullptr && offset_seconds_ == 0; }

 private:
  const date::time_zone* region_ = nullptr;
  int offset_seconds_ = 0;
};

}  // namespace millrace
