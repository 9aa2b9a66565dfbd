#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using test::trace;

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

/// Columns: the ends of date (d), int (i), bigint (l) and timestamp (t), and a text (s).
const SchemaPtr kEnds = std::make_shared<const Schema>(Schema{{{"d", TypeKind::Date, true},
                                                               {"i", TypeKind::Int, true},
                                                               {"l", TypeKind::Long, true},
                                                               {"t", TypeKind::Timestamp, true},
                                                               {"s", TypeKind::String, true}}});

std::vector<Value> row_at(std::int64_t small, std::int64_t large) {
  return {{TypeKind::Date, small}, {TypeKind::Int, small},       {TypeKind::Long, large},
          {TypeKind::Timestamp, large}, test::string_value("abc")};
}

/// The value at the lower and at the upper end.
std::string at_the_ends(const std::string& sql, const ExpressionSettings& settings = {}) {
  return trace(sql, kEnds, {row_at(INT32_MIN, kMin), row_at(INT32_MAX, kMax)}, settings);
}

bool is_too_large(const std::string& sql) {
  return at_the_ends(sql).starts_with("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION ");
}

}  // namespace

TEST_CASE("days added to dates wrap around as Java's int does") {
  CHECK(at_the_ends("unix_date(date_add(d, i))") == "0 -2");
  CHECK(at_the_ends("unix_date(date_sub(d, i))") == "0 0");
  CHECK(at_the_ends("unix_date(d + i)") == "0 -2");
  CHECK(at_the_ends("datediff(d, date_from_unix_date(1))") == "2147483647 2147483646");
}

TEST_CASE("months beyond the last date are an error of the row") {
  CHECK(at_the_ends("add_months(d, i)") == "ARITHMETIC_OVERFLOW ARITHMETIC_OVERFLOW");
  CHECK(at_the_ends("d + make_interval(0) IS NULL").find("ARITHMETIC") == std::string::npos);
  CHECK(at_the_ends("unix_date(add_months(DATE'2024-01-31', 1))") == "19782 19782");
}

TEST_CASE("instants beyond the ends of time are an error of the row") {
  const std::string kBoth = "ARITHMETIC_OVERFLOW ARITHMETIC_OVERFLOW";
  CHECK(at_the_ends("t + (CASE WHEN l > 0 THEN 1 ELSE -1 END) * INTERVAL '1' DAY") == kBoth);
  CHECK(at_the_ends("t - INTERVAL '1' SECOND").starts_with("ARITHMETIC_OVERFLOW "));
  CHECK(at_the_ends("t + INTERVAL '1' MONTH").ends_with(" ARITHMETIC_OVERFLOW"));
  CHECK(at_the_ends("t - TIMESTAMP'1800-01-01 00:00:00'").ends_with(" ARITHMETIC_OVERFLOW"));
  CHECK(at_the_ends("from_unixtime(l)") == kBoth);
  CHECK(at_the_ends("timestamp_millis(l)") == "DATETIME_OVERFLOW DATETIME_OVERFLOW");
  CHECK(at_the_ends("make_timestamp(i, 1, 1, 0, 0, 0)") == kBoth);
  const std::string kNoYear = "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION";
  CHECK(at_the_ends("make_date(i, 1, 1)") == kNoYear + " " + kNoYear);
  CHECK(at_the_ends("date_trunc('MINUTE', t)").starts_with("ARITHMETIC_OVERFLOW "));
  CHECK(at_the_ends("timestampdiff(MICROSECOND, timestamp_seconds(-1), t)")
            .ends_with(" ARITHMETIC_OVERFLOW"));
}

TEST_CASE("a text of a year beyond the ends of time cannot be parsed") {
  CHECK(at_the_ends("to_timestamp('+999999', 'yyyyyy') IS NULL").starts_with("CANNOT_PARSE"));
  ExpressionSettings lenient;
  lenient.ansi = false;
  CHECK(at_the_ends("to_timestamp('999999', 'yyyyyy')", lenient) == "null null");
}

TEST_CASE("timestampadd names what it could not add") {
  const std::string kBoth = "DATETIME_OVERFLOW DATETIME_OVERFLOW";
  for (const char* unit : {"MICROSECOND", "HOUR", "DAY", "MONTH", "YEAR"})
    CHECK(at_the_ends(std::string("timestampadd(") + unit + ", l, t)") == kBoth);
}

TEST_CASE("the ends of time have a text in every zone") {
  CHECK(at_the_ends("date_format(t, 'HH:mm:ss.SSSSSS')") == "19:59:05.224192 04:00:54.775807");
  CHECK(at_the_ends("date_format(t, 'HH:mm:ss.SSSSSS') = substring(CAST(t AS STRING), -15)") ==
        "true true");
  CHECK(at_the_ends("hour(t) * 10000 + minute(t) * 100 + second(t)") == "195905 40054");
  CHECK(at_the_ends("months_between(t, t)") == "0.0 0.0");
  for (const char* zone : {"UTC", "Asia/Tokyo", "America/New_York"}) {
    ExpressionSettings settings;
    settings.time_zone = zone;
    CHECK_FALSE(at_the_ends("date_format(t, 'yyyy-MM-dd HH:mm')", settings).empty());
    CHECK_FALSE(at_the_ends("date_trunc('DAY', CAST(d AS TIMESTAMP))", settings).empty());
  }
}

TEST_CASE("overlay takes any position and length") {
  CHECK(at_the_ends("overlay(s, 'x', 2, i)") == "axc ax");
  CHECK(at_the_ends("overlay(s, 'x', i, 1)") == "xabc abcx");
}

TEST_CASE("a count that makes too large a value is an error") {
  CHECK(is_too_large("repeat(s, 2147483647)"));
  CHECK(is_too_large("lpad(s, 2147483647, 'xy')"));
  CHECK(is_too_large("rpad(s, 2147483647)"));
  CHECK(is_too_large("space(2147483647)"));
  CHECK(is_too_large("replace(repeat('a', 1000000), 'a', repeat('b', 1000000))"));
  CHECK(is_too_large("regexp_replace(repeat('a', 1000000), 'a', repeat('b', 1000000))"));
  CHECK(is_too_large("array_join(array_repeat('a', 1000), repeat('b', 1000000))"));
  CHECK(is_too_large("concat_ws(repeat('b', 1000000), array_repeat('a', 1000))"));
  CHECK(is_too_large("array_repeat(s, 2147483647)"));
  CHECK(is_too_large("array_repeat(array(repeat(s, 300000)), 10000000)"));
  CHECK(is_too_large("array_insert(array(1), -2147483648, 1)"));
  CHECK(is_too_large("sequence(1, 2147483647)"));
  CHECK(is_too_large("sequence(-9223372036854775807, 9223372036854775807)"));
}

TEST_CASE("a base or a number of buckets out of range gives NULL") {
  CHECK(at_the_ends("conv('10', 10, i)") == "null null");
  CHECK(at_the_ends("conv('10', i, 10)") == "null null");
  CHECK(at_the_ends("width_bucket(2.0D, 0.0D, 1.0D, l)") == "null null");
}

TEST_CASE("a format that is none is an error of the row") {
  CHECK(at_the_ends("format_string('%(d', i) IS NULL").find("true") == std::string::npos);
  CHECK(at_the_ends("format_string('%Ã©', i) IS NULL").find("true") == std::string::npos);
  CHECK(at_the_ends("format_string('%c', i)").size() < 20);
}

TEST_CASE("a count below the limit is none") {
  CHECK(at_the_ends("length(repeat('a', 1000000))") == "1000000 1000000");
  CHECK(at_the_ends("size(sequence(1, 100000))") == "100000 100000");
  CHECK(at_the_ends("size(array_repeat(s, i % 3))") == "0 1");
}

TEST_CASE("a time literal of text in code is read in the session zone") {
  ExpressionSettings settings;
  settings.time_zone = "Asia/Tokyo";
  std::vector<Error> errors;
  const auto bound = millrace::bind(
      *make_expression(Text{"unix_seconds(TIMESTAMP'1970-01-01 09:00:00')"}), BindScope(),
      FunctionRegistry::builtin(), settings, errors);
  REQUIRE(bound != nullptr);
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const RecordBatch batch = test::make_rows(*pool, kEnds, {row_at(0, 0)});
  CHECK(test::evaluate_text(*bound, context, batch, batch.rows()) == "0");
}
