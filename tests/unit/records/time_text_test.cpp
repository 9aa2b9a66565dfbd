#include "records/time_text.hpp"

#include "records/calendar.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

TimeZone zone(std::string_view name) {
  Result<TimeZone> found = TimeZone::find(name);
  REQUIRE(found);
  return *found;
}

constexpr std::int64_t kNow = 1'795'248'000'000'000;  // 2026-11-21

/// The timestamp that `text` is, written in UTC.
std::string stamp(std::string_view text, std::string_view session = "UTC") {
  const auto micros = parse_timestamp(text, zone(session), kNow);
  if (!micros) return "none";
  std::string out;
  append_timestamp(out, *micros, TimeZone());
  return out;
}

std::string day(std::string_view text) {
  const auto days = parse_date(text);
  if (!days) return "none";
  std::string out;
  append_date(out, *days);
  return out;
}

std::string iso(std::int64_t micros, std::string_view zone_name) {
  std::string out;
  append_timestamp_iso(out, micros, zone(zone_name));
  return out;
}

}  // namespace

TEST_CASE("timestamps are read in every form that Spark casts") {
  CHECK(stamp("2024-03-01T10:11:12.123456789") == "2024-03-01 10:11:12.123456");
  CHECK(stamp("2024-03-01 10:11") == "2024-03-01 10:11:00");
  CHECK(stamp(" 2024-03-01 ") == "2024-03-01 00:00:00");
  CHECK(stamp("2024-03") == "2024-03-01 00:00:00");
  CHECK(stamp("2024") == "2024-01-01 00:00:00");
  CHECK(stamp("2024-1-1") == "2024-01-01 00:00:00");
  CHECK(stamp("2024-01-01T00:00:00.1+01:00") == "2023-12-31 23:00:00.1");
  CHECK(stamp("2024-03-01T10:11:12Z") == "2024-03-01 10:11:12");
  CHECK(stamp("2024-03-01 10:11:12 UTC+1") == "2024-03-01 09:11:12");
  CHECK(stamp("2024-03-01 10:11:12 Europe/Berlin") == "2024-03-01 09:11:12");
  CHECK(stamp("2024-03-01 08:00:00.5 Asia/Shanghai") == "2024-03-01 00:00:00.5");
  CHECK(stamp("2024-03-01 10:11:12.") == "2024-03-01 10:11:12");
  CHECK(stamp("0000-01-01") == "0000-01-01 00:00:00");
  CHECK(stamp("-0044-03-15 1:2:3") == "-0044-03-15 01:02:03");
  CHECK(stamp("10:11:12") == "2026-11-21 10:11:12");
  CHECK(stamp("T10:11") == "2026-11-21 10:11:00");
}

TEST_CASE("text that is no timestamp gives nothing") {
  for (const char* bad : {"", "bad", "10", "1700000000", "2024-03-01 23:59:60", "2024-02-30",
                          "2024-13-01", "2024/03/01", "2024-03-01T", "2024-03-01 24:00:00", "T",
                          "2024-03-01 10:11Z", "2024-03-01 10:11:12 Nowhere/City", "+", "-",
                          "2024-03-01 10:11:12+19:00", "294248-01-01", "2024-03-01 123:00:00",
                          "2024-03-01 10:11:12.5.5", "12345678901234567890-01-01"})
    CHECK(stamp(bad) == "none");
}

TEST_CASE("a timestamp without zone is local time of the session") {
  CHECK(stamp("2024-03-01 00:00:00", "Asia/Shanghai") == "2024-02-29 16:00:00");
  CHECK(stamp("2024-07-01 12:00:00", "Europe/Berlin") == "2024-07-01 10:00:00");
  CHECK(stamp("2024-03-01 00:00:00", "-08:30") == "2024-03-01 08:30:00");
}

TEST_CASE("clock changes go as in Java") {
  CHECK(stamp("2024-03-31 02:30:00", "Europe/Berlin") == "2024-03-31 01:30:00");  // a gap
  CHECK(stamp("2024-10-27 02:30:00", "Europe/Berlin") == "2024-10-27 00:30:00");  // twice that day
  CHECK(stamp("2100-07-01 12:00:00", "Europe/Berlin") == "2100-07-01 10:00:00");
  CHECK(stamp("2100-01-01 12:00:00", "Europe/Berlin") == "2100-01-01 11:00:00");
}

TEST_CASE("a timestamp without time zone ignores the zone of its text") {
  CHECK(parse_timestamp_ntz("1970-01-01 00:00:01+02:00") == kMicrosPerSecond);
  CHECK(!parse_timestamp_ntz("10:11:12"));
  CHECK(!parse_timestamp_ntz("1970-01-01 00:00:01 Nowhere"));
}

TEST_CASE("dates are read in every form that Spark casts") {
  CHECK(day("2024-2-9") == "2024-02-09");
  CHECK(day("2024") == "2024-01-01");
  CHECK(day(" 2024-03-01 ") == "2024-03-01");
  CHECK(day("2024-03-01T10:00:00") == "2024-03-01");
  CHECK(day("2024-03-01 anything") == "2024-03-01");
  CHECK(day("+12024-01-01") == "+12024-01-01");
  CHECK(day("1582-10-10") == "1582-10-10");
  CHECK(day("-0044-03-15") == "-0044-03-15");
  for (const char* bad : {"", "2024/03/01", "20240301", "2024-13-01", "2024-02-30", "2024-03T", "x",
                          "9999999-01-01", "-", "2024-03-011"})
    CHECK(day(bad) == "none");
}

TEST_CASE("the JSON writer cuts timestamps to milliseconds") {
  CHECK(iso(10'000'000, "UTC") == "1970-01-01T00:00:10.000Z");
  CHECK(iso(-1, "UTC") == "1969-12-31T23:59:59.999Z");
  CHECK(iso(1'123'456, "+05:30") == "1970-01-01T05:30:01.123+05:30");
  CHECK(iso(0, "-08:00") == "1969-12-31T16:00:00.000-08:00");
  CHECK(iso(-62'135'596'800'000'000, "Asia/Kolkata") == "0001-01-01T05:53:28.000+05:53:28");
  CHECK(iso(1'700'000'000'000'000'000, "UTC") == "+55840-11-08T22:13:20.000Z");
}

TEST_CASE("time zones have all of Spark's spellings") {
  for (const char* name : {"UTC", "Z", "GMT", "UTC+0", "+00:00", "-0"})
    CHECK(zone(name).is_utc());
  CHECK(zone("GMT-03:30").offset_at(0) == -12'600);
  CHECK(zone("+0830").offset_at(0) == 30'600);
  CHECK(zone("-13:33:33").offset_at(0) == -48'813);
  CHECK(zone("PST").offset_at(0) == -8 * 3600);
  CHECK(zone("EST").offset_at(0) == -5 * 3600);
  for (const char* bad : {"", "+19:00", "+1:99", "Mars/Base", "../../etc/passwd", "UTC+", "8"}) {
    Result<TimeZone> found = TimeZone::find(bad);
    REQUIRE(!found);
    CHECK(found.error().error_class == "INVALID_TIMEZONE");
  }
}

TEST_CASE("the calendar counts days over leap years and before 1970") {
  CHECK(days_from_civil({1970, 1, 1}) == 0);
  CHECK(days_from_civil({2000, 3, 1}) == 11'017);
  CHECK(civil_from_days(-1) == CivilDate{1969, 12, 31});
  bool same = true;
  for (std::int64_t days = -800'000; days < 800'000; days += 13)
    same = same && days_from_civil(civil_from_days(days)) == days;
  CHECK(same);
}
