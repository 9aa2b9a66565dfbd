#include "records/number_text.hpp"

#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

std::string text(double value) {
  std::string out;
  append_double(out, value);
  return out;
}
std::string text(float value) {
  std::string out;
  append_float(out, value);
  return out;
}
std::optional<std::int64_t> ansi_int(std::string_view text) {
  return parse_integer(text, TypeKind::Int, IntegerSyntax::Ansi);
}
std::optional<std::int64_t> legacy_int(std::string_view text) {
  return parse_integer(text, TypeKind::Int, IntegerSyntax::Legacy);
}

}  // namespace

TEST_CASE("doubles look as Java writes them") {
  CHECK(text(1e10) == "1.0E10");
  CHECK(text(9999999.0) == "9999999.0");
  CHECK(text(1e7) == "1.0E7");
  CHECK(text(12345678.9) == "1.23456789E7");
  CHECK(text(0.001) == "0.001");
  CHECK(text(0.0001) == "1.0E-4");
  CHECK(text(-0.0) == "-0.0");
  CHECK(text(100.0) == "100.0");
  CHECK(text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(text(4.9E-324) == "4.9E-324");
  CHECK(text(1.7976931348623157E308) == "1.7976931348623157E308");
  CHECK(text(2.2250738585072014E-308) == "2.2250738585072014E-308");
  CHECK(text(9007199254740993.0) == "9.007199254740992E15");
  CHECK(text(std::nan("")) == "NaN");
  CHECK(text(-INFINITY) == "-Infinity");
}

TEST_CASE("floats have digits of their own") {
  CHECK(text(1e10F) == "1.0E10");
  CHECK(text(16777216.0F) == "1.6777216E7");
  CHECK(text(9.223372E18F) == "9.223372E18");
  CHECK(text(0.1F) == "0.1");
  CHECK(text(1.4E-45F) == "1.4E-45");
  CHECK(text(3.4028235E38F) == "3.4028235E38");
}

TEST_CASE("text is cast to whole numbers by Spark's rules") {
  CHECK(ansi_int("+1") == 1);
  CHECK(ansi_int("-0") == 0);
  CHECK(ansi_int("\t7\n") == 7);
  CHECK(ansi_int("-2147483648") == -2147483648LL);
  for (const char* bad : {"", " ", "abc", "0x10", "1L", "1e2", "-1.9", ".5", "2147483648", "-", "١"})
    CHECK(!ansi_int(bad));
  CHECK(legacy_int("-1.9") == -1);
  CHECK(legacy_int(".5") == 0);
  CHECK(!legacy_int("1.x"));
  CHECK(!legacy_int("1e2"));
  CHECK(parse_integer("12.99", TypeKind::Long, IntegerSyntax::Legacy) == 12);
  CHECK(parse_integer("-9223372036854775808", TypeKind::Long, IntegerSyntax::Ansi) == INT64_MIN);
  CHECK(!parse_integer("9223372036854775808", TypeKind::Long, IntegerSyntax::Ansi));
  CHECK(!parse_integer("128", TypeKind::Byte, IntegerSyntax::Ansi));
  CHECK(parse_integer("-128", TypeKind::Byte, IntegerSyntax::Ansi) == -128);
}

TEST_CASE("text is cast to doubles by Java's rules") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(parse_double("1e400") == infinity);
  CHECK(parse_double("-1e400") == -infinity);
  CHECK(parse_double("0.0001e404") == infinity);
  CHECK(parse_double("10000e-400") == 0.0);
  CHECK(parse_double("-inf") == -infinity);
  CHECK(parse_double("+Infinity") == infinity);
  CHECK(std::isnan(*parse_double("nan")));
  CHECK(parse_double("1.5d") == 1.5);
  CHECK(parse_double(" 1.5F ") == 1.5);
  CHECK(parse_double("0x1p3") == 8.0);
  CHECK(parse_double("1.") == 1.0);
  CHECK(parse_double(".5") == 0.5);
  CHECK(std::signbit(*parse_double("-0")));
  CHECK(parse_float("1e39") == std::numeric_limits<float>::infinity());
  CHECK(parse_float("0.1") == 0.1F);
  for (const char* bad : {"", ".", "1e", "1e+", "--1", "1.2.3", "0x10", "d", "1 2", "e5", "infinit"})
    CHECK(!parse_double(bad));
}

TEST_CASE("text is cast to booleans by Spark's words") {
  for (const char* word : {"true", "T", "y", "yes", "1", " true "}) CHECK(parse_boolean(word) == true);
  for (const char* word : {"FALSE", "f", "N", "no", "0"}) CHECK(parse_boolean(word) == false);
  for (const char* word : {"2", "", "on"}) CHECK(!parse_boolean(word));
}
