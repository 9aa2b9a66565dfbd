#include "expressions/aggregates/counted_values.hpp"
#include "expressions/aggregates/points.hpp"
#include "tests/support/aggregates.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const ExpressionSettings kAnsi{true, "UTC"};

BoundExpressionPtr number(double value) { return bound_literal({DataType(TypeKind::Double), value}); }
BoundExpressionPtr numbers(const std::vector<double>& values) {
  std::vector<Value> elements;
  for (const double value : values) elements.push_back({DataType(TypeKind::Double), value});
  return bound_literal({DataType::array(TypeKind::Double, false), elements});
}

/// `name(column, constant)` over rows of one column.
std::string with_constant(const char* name, TypeKind type, const BoundExpressionPtr& constant,
                          const std::vector<Row>& rows) {
  return aggregate_of(aggregate(name, {bound_column(0, type, true), constant}).function, {type},
                      rows);
}

std::vector<Row> one_to(int count) {
  std::vector<Row> rows;
  for (int i = count; i > 0; --i) rows.push_back({i});
  return rows;
}

}  // namespace

TEST_CASE("median lies in the middle, between two values in proportion") {
  CHECK(aggregate_of("median", {TypeKind::Int}, {{3}, {nullptr}, {1}, {2}}) == "2");
  CHECK(aggregate_of("median", {TypeKind::Int}, {{4}, {1}, {2}, {3}}) == "2.5");
  CHECK(aggregate_of("median", {TypeKind::Int}, {{nullptr}}) == "null");
  CHECK(aggregate_of("median", {TypeKind::Int}, {}) == "null");
  CHECK(distinct_aggregate_of("median", {TypeKind::Int}, {{1}, {1}, {1}, {5}}) == "3");
}

TEST_CASE("percentile of many values is exact") {
  CHECK(with_constant("percentile", TypeKind::Int, number(0.5), one_to(1001)) == "501");
  CHECK(with_constant("percentile", TypeKind::Int, number(0.001), one_to(1001)) == "2");
  CHECK(with_constant("percentile", TypeKind::Int, number(0), one_to(10)) == "1");
  CHECK(with_constant("percentile", TypeKind::Int, number(1), one_to(10)) == "10");
}

TEST_CASE("an array of percentages gives an array") {
  CHECK(with_constant("percentile", TypeKind::Int, numbers({0.25, 0.75}), {{0}, {10}}) == "[2.5,7.5]");
  CHECK(with_constant("percentile_approx", TypeKind::Int, numbers({0, 0.5, 1}), one_to(9)) ==
        "[1,5,9]");
}

TEST_CASE("percentile counts a value as often as its frequency says") {
  const std::vector<DataType> types{TypeKind::Int, TypeKind::Double, TypeKind::Int};
  const auto weighted = [&](const std::vector<Row>& rows) {
    const std::vector<BoundExpressionPtr> arguments{
        bound_column(0, TypeKind::Int, true), number(0.5), bound_column(2, TypeKind::Int, true)};
    return aggregate_of(aggregate("percentile", arguments).function, types, rows);
  };
  CHECK(weighted({{1, 0.0, 1}, {7, 0.0, 3}}) == "7");
  CHECK(weighted({{1, 0.0, 3}, {7, 0.0, 0}, {9, 0.0, nullptr}}) == "1");
  CHECK(weighted({{1, 0.0, -1}}) == "error: NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION");
}

TEST_CASE("percentages are constants between 0 and 1") {
  const auto error = [](const BoundExpressionPtr& percentage) {
    const std::vector<ExpressionPtr> syntax(2, make_expression(Attribute{{"a"}, {}}));
    const auto bound = FunctionRegistry::builtin().find("percentile")->bind_aggregate(
        {"percentile", {bound_column(0, TypeKind::Int, true), percentage}, false, kAnsi, {}, syntax});
    return bound ? std::string() : bound.error().error_class + ": " + bound.error().message;
  };
  CHECK(error(number(1.1)) ==
        "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE: Cannot resolve \"percentile(a, a, 1)\" due to data type "
        "mismatch: The `percentage(s)` must be between [0.0, 1.0] (current value = 1.1D).");
  CHECK(error(bound_column(1, TypeKind::Double, true)).starts_with(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT"));
  CHECK(error(bound_literal({DataType(TypeKind::Double), {}})).starts_with(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL"));
}

TEST_CASE("percentile_approx takes times and gives their type") {
  CHECK(with_constant("percentile_approx", TypeKind::Date, number(0.5), {{1}, {2}, {9}}) == "2");
  CHECK(with_constant("percentile_approx", TypeKind::Timestamp, number(1), {{1'000'000}, {9'000'000}}) ==
        "9");
}

TEST_CASE("mode is the most frequent value, of several the least") {
  CHECK(aggregate_of("mode", {TypeKind::Int}, {{3}, {7}, {nullptr}, {nullptr}, {7}}) == "7");
  CHECK(aggregate_of("mode", {TypeKind::Int}, {{9}, {-3}, {-3}, {9}, {4}}) == "-3");
  CHECK(aggregate_of("mode", {TypeKind::String}, {{"b"}, {"ab"}}) == "ab");
  CHECK(aggregate_of("mode", {TypeKind::Int}, {{nullptr}}) == "null");
}

TEST_CASE("the state of mode and percentile grows with distinct values, not with rows") {
  StateBytes counts, points;
  for (int i = 0; i < 100'000; ++i) {
    CountedValues::add(counts, i % 2 == 0 ? "even" : "odd", 1);
    add_exact_point(points, {static_cast<double>(i % 2), 1});
  }
  CHECK(counts.capacity() < 1000);
  CHECK(points.capacity() < 1000);
  CHECK(CountedValues::counts(counts).at("odd") == 50'000);
  CHECK(total_count(sorted_points(points)) == 100'000);
}

TEST_CASE("listagg puts texts behind each other in the order of the rows") {
  const std::vector<Row> rows{{"b"}, {nullptr}, {"a"}, {""}};
  const BoundExpressionPtr comma = bound_literal({DataType(TypeKind::String), std::string(", ")});

  CHECK(aggregate_of("listagg", {TypeKind::String}, rows) == "ba");
  CHECK(with_constant("listagg", TypeKind::String, comma, rows) == "b, a, ");
  CHECK(aggregate_of("string_agg", {TypeKind::String}, {{nullptr}}) == "null");
  CHECK(distinct_aggregate_of("listagg", {TypeKind::String}, {{"b"}, {"a"}, {"b"}}) == "ba");
}

TEST_CASE("histogram_numeric puts the nearest values together") {
  const BoundExpressionPtr two = bound_literal({DataType(TypeKind::Int), std::int64_t{2}});

  CHECK(with_constant("histogram_numeric", TypeKind::Int, two, {{1}, {2}, {1}}) ==
        "[{1,2},{2,1}]");
  CHECK(with_constant("histogram_numeric", TypeKind::Double, two, {}) == "null");
}

TEST_CASE("bit_and, bit_or and bit_xor leave out NULL") {
  const std::vector<Row> rows{{6}, {nullptr}, {3}};

  CHECK(aggregate_of("bit_and", {TypeKind::Int}, rows) == "2");
  CHECK(aggregate_of("bit_or", {TypeKind::Int}, rows) == "7");
  CHECK(aggregate_of("bit_xor", {TypeKind::Int}, rows) == "5");
  CHECK(aggregate_of("bit_and", {TypeKind::Long}, {{nullptr}}) == "null");
  CHECK(aggregate_error("bit_or", {TypeKind::Double}).error_class ==
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

TEST_CASE("a bitmap has the bits that were set") {
  const auto bytes = [](const char* name, TypeKind type, const std::vector<Row>& rows) {
    return aggregate_of(name, {type}, rows).substr(0, 2);
  };
  CHECK(bytes("bitmap_construct_agg", TypeKind::Long, {{0}, {6}, {8}, {13}}) == "A!");
  CHECK(bytes("bitmap_or_agg", TypeKind::Binary, {{"A!"}, {"B"}, {nullptr}}) == "C!");
  CHECK(bytes("bitmap_and_agg", TypeKind::Binary, {{"C!"}, {"A!"}}) == "A!");
  CHECK(aggregate_of("bitmap_construct_agg", {TypeKind::Long}, {{32768}}) ==
        "error: INVALID_BITMAP_POSITION");
}

TEST_CASE("regression takes the first argument as what depends on the second") {
  const std::vector<DataType> types{TypeKind::Int, TypeKind::Int};
  // The pairs that Spark's documentation of these functions shows.
  const std::vector<Row> pairs{{1, 2}, {2, nullptr}, {2, 3}, {2, 4}, {nullptr, 9}};

  CHECK(aggregate_of("regr_count", types, pairs) == "3");
  CHECK(aggregate_of("regr_avgx", types, pairs) == "3");
  CHECK(aggregate_of("regr_avgy", types, pairs) == "1.66667");
  CHECK(aggregate_of("regr_r2", types, pairs) == "0.75");
  CHECK(aggregate_of("regr_sxx", types, pairs) == "2");
  CHECK(aggregate_of("regr_sxy", types, pairs) == "1");
  CHECK(aggregate_of("regr_syy", types, pairs) == "0.666667");
  CHECK(aggregate_of("regr_slope", types, pairs) == "0.5");
  CHECK(aggregate_of("regr_intercept", types, pairs) == "0.166667");
  CHECK(aggregate_of("regr_slope", types, {{1, 2}, {3, 2}}) == "null");
  CHECK(aggregate_of("regr_avgx", types, {{1, nullptr}}) == "null");
}
