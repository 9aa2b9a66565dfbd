#include "records/time_zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "records/calendar.hpp"

namespace millrace {

namespace {

constexpr int kMaxOffsetSeconds = 18 * 3600;
constexpr std::int64_t kFirstSecond = -5'364'662'400;  // 1800: before any zone's first transition
constexpr int kLastYear = 2037;                        // the last one with transitions of its own

struct ShortId {
  const char* name;
  const char* region;
};
// Java's ZoneId.SHORT_IDS, which Spark accepts.
constexpr ShortId kShortIds[] = {
    {"ACT", "Australia/Darwin"},     {"AET", "Australia/Sydney"}, {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},         {"AST", "America/Anchorage"}, {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},           {"CAT", "Africa/Harare"},    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},      {"CTT", "Asia/Shanghai"},    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},        
    {"IET", "America/Indiana/Indianapolis"}, {"IST", "Asia/Kolkata"}, {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},         {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},     {"PLT", "Asia/Karachi"},     {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},  {"PST", "America/Los_Angeles"}, {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"},
};

Error invalid_zone(std::string_view name) {
  Error error = make_error(
      ErrorKind::Usage,
      "The timezone: " + std::string(name) +
          " is invalid. The timezone must be either a region-based zone ID or a zone offset. Region "
          "IDs must have the form 'area/city', such as 'America/Los_Angeles'. Zone offsets must be in "
          "the format '(+|-)HH', '(+|-)HH:mm' or '(+|-)HH:mm:ss', e.g '-08' , '+01:00' or "
          "'-13:33:33', and must be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as "
          "synonyms for '+00:00'.",
      "use a name such as 'UTC', 'Europe/Berlin' or '+08:00'");
  error.error_class = "INVALID_TIMEZONE";
  error.sql_state = "22009";
  return error;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes one or two digits off the front; -1 when there are none.
int take_number(std::string_view& text) {
  int value = -1;
  for (int i = 0; i < 2 && !text.empty() && is_digit(text.front()); ++i) {
    value = std::max(value, 0) * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

/// `+8`, `-08`, `+8:00`, `+0830`, `-13:33:33`. False when the text is no offset.
bool parse_offset(std::string_view text, int& seconds) {
  const bool negative = text.starts_with('-');
  if (!negative && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  int parts[3] = {0, 0, 0};
  for (int i = 0; i < 3 && (i == 0 || !text.empty()); ++i) {
    if (i != 0 && text.starts_with(':')) text.remove_prefix(1);
    parts[i] = take_number(text);
    if (parts[i] < 0 || (i != 0 && parts[i] > 59)) return false;
  }
  const int size = parts[0] * 3600 + parts[1] * 60 + parts[2];
  seconds = negative ? -size : size;
  return text.empty() && size <= kMaxOffsetSeconds;
}

const date::time_zone* find_region(std::string_view name) {
  for (const ShortId& id : kShortIds)
    if (name == id.name) name = id.region;
  const bool odd = name.empty() || name.front() == '/' || name.find("..") != name.npos ||
                   name.find('\0') != name.npos;
  if (odd) return nullptr;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// Days from a far year to an earlier one that has the same calendar and rules.
std::int64_t days_to_known_year(std::int64_t year) {
  const std::int64_t first = days_from_civil({year, 1, 1});
  for (std::int64_t known = kLastYear; known > kLastYear - 28; --known) {
    const std::int64_t start = days_from_civil({known, 1, 1});
    if ((first - start) % 7 == 0 && is_leap_year(known) == is_leap_year(year)) return first - start;
  }
  return 0;
}

/// The span of the latest answer: times of one batch mostly lie in one span.
struct OffsetSpan {
  const date::time_zone* region = nullptr;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  int offset = 0;
};

int region_offset(const date::time_zone* region, std::int64_t second) {
  thread_local OffsetSpan span;
  if (span.region == region && second >= span.begin && second < span.end) return span.offset;
  const auto found = region->get_info(date::sys_seconds(std::chrono::seconds(second)));
  span = {region, found.begin.time_since_epoch().count(), found.end.time_since_epoch().count(),
          static_cast<int>(found.offset.count())};
  return span.offset;
}

}  // namespace

TimeZone TimeZone::fixed(int offset_seconds) {
  TimeZone zone;
  zone.offset_seconds_ = offset_seconds;
  return zone;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone zone;
  if (name == "Z" || name == "UTC" || name == "GMT" || name == "UT") return zone;
  std::string_view offset = name;
  for (std::string_view id : {"EST", "HST", "MST"})
    if (name == id) offset = name == "EST" ? "-05:00" : name == "HST" ? "-10:00" : "-07:00";
  for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (!offset.starts_with(prefix)) continue;
    offset.remove_prefix(prefix.size());
    break;
  }
  if (parse_offset(offset, zone.offset_seconds_)) return zone;
  zone.offset_seconds_ = 0;
  zone.region_ = find_region(name);
  if (zone.region_ == nullptr) return invalid_zone(name);
  return zone;
}

int TimeZone::offset_at(std::int64_t instant) const {
  if (region_ == nullptr) return offset_seconds_;
  std::int64_t second = std::max(floor_divide(instant, kMicrosPerSecond), kFirstSecond);
  constexpr std::int64_t kFar = days_from_civil({kLastYear + 1, 1, 1}) * 86'400;
  if (second >= kFar) {
    const std::int64_t year = civil_from_days(second / 86'400).year;
    second -= days_to_known_year(year) * 86'400;
  }
  return region_offset(region_, second);
}

/// micros + more, cut at the ends of time.
static std::int64_t saturating_sum(std::int64_t micros, std::int64_t more) {
  std::int64_t sum;
  if (!__builtin_add_overflow(micros, more, &sum)) return sum;
  return more < 0 ? std::numeric_limits<std::int64_t>::min()
                  : std::numeric_limits<std::int64_t>::max();
}

std::int64_t TimeZone::to_local(std::int64_t instant) const {
  return saturating_sum(instant, offset_at(instant) * kMicrosPerSecond);
}

std::int64_t TimeZone::to_instant(std::int64_t local) const {
  const int before = offset_at(saturating_sum(local, -kMicrosPerDay));
  const int after = offset_at(saturating_sum(local, kMicrosPerDay));
  const std::int64_t by_before = saturating_sum(local, -before * kMicrosPerSecond);
  if (before == after || offset_at(by_before) == before) return by_before;
  const std::int64_t by_after = saturating_sum(local, -after * kMicrosPerSecond);
  return offset_at(by_after) == after ? by_after : by_before;
}

}  // namespace millrace
