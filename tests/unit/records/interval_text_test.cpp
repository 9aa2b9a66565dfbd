#include "records/interval_text.hpp"

#include "records/schema_text.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

std::string text(std::string_view source) {
  Result<CalendarInterval> interval = parse_interval(source);
  if (!interval) return interval.error().error_class;
  std::string out;
  append_interval(out, *interval);
  return out;
}

/// Reads `source` as an interval of the SQL type and writes it.
std::string sql(std::string_view source, std::string_view type_text) {
  const DataType type = *parse_type(type_text);
  Result<std::int64_t> size = parse_sql_interval(source, type);
  if (!size) return size.error().error_class;
  std::string out;
  if (type.kind() == TypeKind::DayTimeInterval) append_day_time_interval(out, *size, type);
  else append_year_month_interval(out, static_cast<std::int32_t>(*size), type);
  return out;
}

}  // namespace

TEST_CASE("intervals are read and written in words") {
  CHECK(text("10 seconds") == "10 seconds");
  CHECK(text("1 minute 30 seconds") == "1 minutes 30 seconds");
  CHECK(text("1.5 seconds") == "1.5 seconds");
  CHECK(text("interval 1 day") == "1 days");
  CHECK(text(" INTERVAL -1 month  2 WEEKS ") == "-1 months 14 days");
  CHECK(text("- 90 minutes") == "-1 hours -30 minutes");
  CHECK(text("10ms") == "0.01 seconds");
  CHECK(text("2h 5min") == "2 hours 5 minutes");
  CHECK(text("14 months") == "1 years 2 months");
  CHECK(text("-.25 second") == "-0.25 seconds");
  CHECK(text("0 days") == "0 seconds");
}

TEST_CASE("an interval that cannot be read says why") {
  CHECK(text("") == "INVALID_INTERVAL_FORMAT.INPUT_IS_EMPTY");
  CHECK(text("5") == "INVALID_INTERVAL_FORMAT.MISSING_UNIT");
  CHECK(text("abc") == "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER");
  CHECK(text("5 parsecs") == "INVALID_INTERVAL_FORMAT.INVALID_UNIT");
  CHECK(text("1.5 days") == "INVALID_INTERVAL_FORMAT.INVALID_FRACTION");
  CHECK(text("interval") == "INVALID_INTERVAL_FORMAT.INVALID_PREFIX");
  CHECK(text("1 day -") == "INVALID_INTERVAL_FORMAT.MISSING_NUMBER");
  CHECK(text("5-5 days") == "INVALID_INTERVAL_FORMAT.INVALID_VALUE");
  CHECK(text("99999999999 days") == "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION");
  CHECK(text("0.1234567891 seconds") == "INVALID_INTERVAL_FORMAT.INVALID_PRECISION");
  CHECK(parse_interval("5").error().message ==
        "Error parsing '5' to interval. Please ensure that the value provided is in a valid format "
        "for defining an interval. You can reference the documentation for the correct format. Expect "
        "a unit name after 5 but hit EOL.");
}

TEST_CASE("SQL intervals are read and written by their fields") {
  CHECK(sql("1 02:03:04.5", "interval day to second") == "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  CHECK(sql("-1 2:3:4", "interval day to second") == "INTERVAL '-1 02:03:04' DAY TO SECOND");
  CHECK(sql("90", "interval minute") == "INTERVAL '90' MINUTE");
  CHECK(sql("1", "interval day") == "INTERVAL '1' DAY");
  CHECK(sql("5", "interval minute") == "INTERVAL '05' MINUTE");
  CHECK(sql("100:59", "interval hour to minute") == "INTERVAL '100:59' HOUR TO MINUTE");
  CHECK(sql("INTERVAL '1-2' YEAR TO MONTH", "interval year to month") ==
        "INTERVAL '1-2' YEAR TO MONTH");
  CHECK(sql("INTERVAL -'3' YEAR", "interval year") == "INTERVAL '-3' YEAR");
  CHECK(sql("14", "interval month") == "INTERVAL '14' MONTH");
  for (const char* bad : {"", "1", "1 24:00:00", "1 02:03:04.", "x", "1 02:03:04.1234567890"})
    CHECK(sql(bad, "interval day to second") == "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING");
  CHECK(sql("1-12", "interval year to month") == "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING");
}

TEST_CASE("the smallest interval is written too") {
  std::string out;
  append_day_time_interval(out, INT64_MIN, DataType::day_time_interval());
  CHECK(out == "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND");
}
