#include "records/decimal.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

const std::string kNines(38, '9');

Int128 number(std::string_view text, const DataType& type) {
  Int128 value = 0;
  REQUIRE(parse_decimal(text, type, value) == DecimalParse::Ok);
  return value;
}

std::string text(std::string_view source, int precision, int scale) {
  const DataType type = DataType::decimal(precision, scale);
  Int128 value = 0;
  switch (parse_decimal(source, type, value)) {
    case DecimalParse::Malformed: return "malformed";
    case DecimalParse::OutOfRange: return "out of range";
    case DecimalParse::Ok: break;
  }
  std::string out;
  append_decimal(out, value, scale);
  return out;
}

/// `a op b` as `type: value`, operands written as `1.5/10,2`.
std::string compute(DecimalOperation operation, std::string_view a, DataType a_type, std::string_view b,
                    DataType b_type) {
  const DataType result = decimal_result_type(operation, a_type, b_type);
  const auto value = compute_decimal(operation, number(a, a_type), a_type.scale(), number(b, b_type),
                                     b_type.scale(), result);
  std::string out = result.to_string() + ": ";
  if (!value) return out + "none";
  append_decimal(out, *value, result.scale());
  return out;
}

const DataType kMoney = DataType::decimal(10, 2);

}  // namespace

TEST_CASE("text is cast to decimals with rounding half up") {
  CHECK(text("123.456", 5, 2) == "123.46");
  CHECK(text("-0.005", 5, 2) == "-0.01");
  CHECK(text("0.0049999", 5, 2) == "0.00");
  CHECK(text("1e2", 5, 2) == "100.00");
  CHECK(text(" 7 ", 5, 2) == "7.00");
  CHECK(text("1e-3", 5, 2) == "0.00");
  CHECK(text(".5", 5, 2) == "0.50");
  CHECK(text("000000000000000000000000000000000000000001.5", 2, 1) == "1.5");
  CHECK(text("1234.5", 5, 2) == "out of range");
  CHECK(text("999.995", 5, 2) == "out of range");
  CHECK(text("1e2147483647", 5, 2) == "out of range");
  CHECK(text("1e-2147483647", 5, 2) == "0.00");
  CHECK(text("0e2147483647", 5, 2) == "0.00");
  CHECK(text(kNines, 38, 0) == kNines);
  for (const char* bad : {"", ".", "1.2.3", "1e", "1 2", "x", "1e 5"})
    CHECK(text(bad, 5, 2) == "malformed");
}

TEST_CASE("decimal arithmetic has Spark's result types") {
  using enum DecimalOperation;
  CHECK(compute(Add, "1.5", kMoney, "2.25", kMoney) == "decimal(11,2): 3.75");
  CHECK(compute(Subtract, "1.5", kMoney, "2.25", kMoney) == "decimal(11,2): -0.75");
  CHECK(compute(Multiply, "1.0", DataType::decimal(2, 1), "1.00", DataType::decimal(3, 2)) ==
        "decimal(6,3): 1.000");
  CHECK(compute(Divide, "10", kMoney, "3", kMoney) == "decimal(23,13): 3.3333333333333");
  CHECK(compute(Divide, "-2", kMoney, "3", kMoney) == "decimal(23,13): -0.6666666666667");
  CHECK(compute(Divide, "1", DataType::decimal(38, 18), "3", DataType::decimal(38, 18)) ==
        "decimal(38,6): 0.333333");
  CHECK(compute(Remainder, "-7.5", kMoney, "2", kMoney) == "decimal(10,2): -1.50");
  CHECK(compute(IntegralDivide, "-7.5", kMoney, "2", kMoney) == "decimal(10,0): -3");
  CHECK(compute(Divide, "1", kMoney, "0", kMoney) == "decimal(23,13): none");
  CHECK(compute(Remainder, "1", kMoney, "0", kMoney) == "decimal(10,2): none");
}

TEST_CASE("decimal overflow gives no value") {
  using enum DecimalOperation;
  const DataType whole = DataType::decimal(38, 0);
  const DataType wide = DataType::decimal(38, 10);
  CHECK(compute(Add, kNines, whole, "1", DataType::decimal(1, 0)) == "decimal(38,0): none");
  CHECK(compute(Multiply, "99999999999999999999.999", wide, "99999999999999999999.999", wide) ==
        "decimal(38,6): none");
  CHECK(compute(Multiply, "99999999999999.999", wide, "99999999999999.999", wide) ==
        "decimal(38,6): 9999999999999999800000000000.000001");
  CHECK(compute(Divide, kNines, whole, "1e-38", DataType::decimal(38, 38)) == "decimal(38,6): none");
  CHECK(compute(Divide, "0", whole, "1e-38", DataType::decimal(38, 38)) ==
        "decimal(38,6): 0.000000");
}

TEST_CASE("decimals of different scales compare by value") {
  CHECK(compare_decimals(110, 2, 11, 1) == 0);
  CHECK(compare_decimals(-5, 0, 49, 1) == -1);
  CHECK(compare_decimals(-5, 0, -51, 1) == 1);
  CHECK(compare_decimals(power_of_ten(37), 0, 1, 38) == 1);
  CHECK(compare_decimals(0, 5, 0, 0) == 0);
}

TEST_CASE("very small decimals have Java's scientific form where it is wanted") {
  auto scientific = [](Int128 value, int scale) {
    std::string out;
    append_decimal_scientific(out, value, scale);
    return out;
  };
  CHECK(scientific(1000, 10) == "1.000E-7");
  CHECK(scientific(-1, 7) == "-1E-7");
  CHECK(scientific(1, 6) == "0.000001");
  CHECK(scientific(0, 10) == "0E-10");
  CHECK(text("0.0000001", 20, 10) == "0.0000001000");
}

TEST_CASE("decimals change to other numbers and back") {
  CHECK(decimal_from_double(2.675, DataType::decimal(5, 2)) == Int128{268});
  CHECK(!decimal_from_double(1e30, DataType::decimal(5, 2)));
  CHECK(!decimal_from_double(__builtin_nan(""), DataType::decimal(5, 2)));
  CHECK(decimal_to_double(1230, 2) == 12.3);
  CHECK(decimal_to_double(number(kNines, DataType::decimal(38, 0)), 0) == 1e38);
  CHECK(decimal_to_long(-299, 2) == -2);
  CHECK(!decimal_to_long(power_of_ten(38) - 1, 2));
  CHECK(decimal_from_long(1000, DataType::decimal(5, 2)) == std::nullopt);
  CHECK(rescale_decimal(-1005, 3, DataType::decimal(5, 2)) == Int128{-101});
  CHECK(adjust_precision_scale(77, 20) == DataType::decimal(38, 6));
  CHECK(count_digits(power_of_ten(38)) == 39);
}
