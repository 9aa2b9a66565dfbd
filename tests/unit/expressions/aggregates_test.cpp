#include "tests/support/aggregates.hpp"

#include <limits>

using namespace millrace;
using namespace millrace::test;

namespace {

const ExpressionSettings kAnsi{true, "UTC"};
const ExpressionSettings kNotAnsi{false, "UTC"};
const DataType kPrice = DataType::decimal(10, 2);
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

Cell price(std::int64_t cents) {
  Cell cell(nullptr);
  cell.storage = Int128{cents};
  return cell;
}

DataType result_type(const char* name, std::vector<DataType> types) {
  std::vector<Field> fields;
  for (const DataType& type : types) fields.push_back({"a", type});
  const SchemaPtr schema = schema_of(fields);
  std::vector<BoundExpressionPtr> columns;
  for (std::size_t i = 0; i < types.size(); ++i)
    columns.push_back(column_of(schema, static_cast<int>(i)));
  return aggregate(name, columns).function->result_type();
}

}  // namespace

TEST_CASE("count counts rows in which no argument is NULL") {
  CHECK(aggregate_of("count", {TypeKind::Int}, {{1}, {nullptr}, {3}}) == "2");
  CHECK(aggregate_of("count", {TypeKind::Int, TypeKind::Int},
                     {{1, 1}, {nullptr, 1}, {3, nullptr}}) == "1");
  CHECK(aggregate_of("count", {TypeKind::Int}, {}) == "0");
  CHECK(aggregate_of("count_if", {TypeKind::Boolean}, {{true}, {nullptr}, {false}, {true}}) == "2");
}

TEST_CASE("sum leaves out NULL and is NULL without values") {
  CHECK(aggregate_of("sum", {TypeKind::Int}, {{1}, {nullptr}, {3}}) == "4");
  CHECK(aggregate_of("sum", {TypeKind::Int}, {{nullptr}}) == "null");
  CHECK(aggregate_of("sum", {TypeKind::Double}, {{0.5}, {0.25}}) == "0.75");
  CHECK(aggregate_of("sum", {TypeKind::Byte}, {{127}, {127}}) == "254");
  CHECK(aggregate_of("sum", {kPrice}, {{price(110)}, {price(-5)}, {nullptr}}) == "1.05");
}

TEST_CASE("sum and avg have Spark's result types") {
  CHECK(result_type("sum", {TypeKind::Int}).to_string() == "bigint");
  CHECK(result_type("sum", {TypeKind::Float}).to_string() == "double");
  CHECK(result_type("sum", {kPrice}).to_string() == "decimal(20,2)");
  CHECK(result_type("avg", {kPrice}).to_string() == "decimal(14,6)");
  CHECK(result_type("avg", {TypeKind::Long}).to_string() == "double");
  CHECK(result_type("sum", {DataType::decimal(38, 10)}).to_string() == "decimal(38,10)");
}

TEST_CASE("sum of bigint that overflows fails under ANSI and wraps without") {
  CHECK(aggregate_of("sum", {TypeKind::Long}, {{kMax}, {1}}, kAnsi) ==
        "error: ARITHMETIC_OVERFLOW");
  CHECK(aggregate_of("sum", {TypeKind::Long}, {{kMax}, {1}}, kNotAnsi) == "-9223372036854775808");
  CHECK(aggregate_of("try_sum", {TypeKind::Long}, {{kMax}, {1}}, kAnsi) == "null");
}

TEST_CASE("sum of decimals beyond 38 digits fails under ANSI and is NULL without") {
  Cell large(nullptr);
  large.storage = Int128{kMax} * Int128{kMax};
  const std::vector<Row> rows(4, Row{large});

  CHECK(aggregate_of("sum", {DataType::decimal(38, 0)}, rows, kAnsi) ==
        "error: ARITHMETIC_OVERFLOW");
  CHECK(aggregate_of("sum", {DataType::decimal(38, 0)}, rows, kNotAnsi) == "null");
}

TEST_CASE("avg of decimals rounds half up to four more places") {
  CHECK(aggregate_of("avg", {kPrice}, {{price(100)}, {price(100)}, {price(200)}}) == "1.333333");
  CHECK(aggregate_of("avg", {kPrice}, {{price(200)}, {price(200)}, {price(100)}}) == "1.666667");
}

TEST_CASE("avg of integers is a double") {
  CHECK(aggregate_of("avg", {TypeKind::Int}, {{1}, {2}, {nullptr}}) == "1.5");
  CHECK(aggregate_of("avg", {TypeKind::Int}, {}) == "null");
}

TEST_CASE("min and max of numbers have NaN above all") {
  CHECK(aggregate_of("min", {TypeKind::Double}, {{kNaN}, {2.0}, {nullptr}}) == "2");
  CHECK(aggregate_of("max", {TypeKind::Double}, {{kNaN}, {2.0}, {nullptr}}) == "nan");
  CHECK(aggregate_of("min", {TypeKind::Int}, {{3}, {-2}, {nullptr}}) == "-2");
  CHECK(aggregate_of("max", {TypeKind::Int}, {{-3}, {-2}}) == "-2");
  CHECK(aggregate_of("max", {kPrice}, {{price(110)}, {price(-5)}}) == "1.10");
  CHECK(aggregate_of("max", {TypeKind::Boolean}, {{false}, {true}}) == "true");
}

TEST_CASE("min and max take strings, arrays and structs") {
  CHECK(aggregate_of("min", {TypeKind::String}, {{"b"}, {nullptr}, {"ab"}, {"abc"}}) == "ab");
  CHECK(aggregate_of("max", {TypeKind::String}, {{"b"}, {""}, {"ä"}}) == "ä");
  CHECK(aggregate_of("max", {DataType::array(TypeKind::Int)},
                     {{Cell::list({1, 5})}, {Cell::list({2})}}) == "[2]");
  CHECK(aggregate_of("min", {TypeKind::String}, {{nullptr}}) == "null");
}

TEST_CASE("min_by gives the value beside the least key, of equal keys the later") {
  CHECK(aggregate_of("min_by", {TypeKind::String, TypeKind::Int},
                     {{"a", 3}, {"b", 1}, {"c", nullptr}}) == "b");
  CHECK(aggregate_of("max_by", {TypeKind::String, TypeKind::Int}, {{"a", 3}, {"b", 1}, {"c", 3}}) ==
        "c");
  CHECK(aggregate_of("max_by", {TypeKind::String, TypeKind::Int}, {{nullptr, 3}, {"b", 1}}) ==
        "null");
}

TEST_CASE("first and last count NULL unless told otherwise") {
  CHECK(aggregate_of("first", {TypeKind::Int}, {{nullptr}, {1}, {2}}) == "null");
  CHECK(aggregate_of("last", {TypeKind::Int}, {{1}, {2}, {nullptr}}) == "null");
  CHECK(aggregate_of("last", {TypeKind::String}, {{"a"}, {"longer"}}) == "longer");
  CHECK(aggregate_of("any_value", {TypeKind::Int}, {{1}, {2}}) == "1");
  CHECK(aggregate_of("first", {TypeKind::Int}, {}) == "null");
}

TEST_CASE("collect_list keeps order and repeats, collect_set gives each value once") {
  CHECK(aggregate_of("collect_list", {TypeKind::Int}, {{3}, {nullptr}, {1}, {3}}) == "[3,1,3]");
  CHECK(aggregate_of("collect_set", {TypeKind::Int}, {{3}, {nullptr}, {1}, {3}}) == "[3,1]");
  CHECK(aggregate_of("collect_list", {TypeKind::Int}, {}) == "[]");
  CHECK(aggregate_of("collect_set", {TypeKind::String}, {{"a"}, {""}, {"a"}}) == "[a,]");
}

TEST_CASE("collect_set of many values has each of them once") {
  std::vector<Row> rows;
  for (int i = 0; i < 500; ++i) rows.push_back({i * 7 % 100});
  std::string expected = "[0";
  for (int i = 1; i < 100; ++i) expected += "," + std::to_string(i * 7 % 100);

  CHECK(aggregate_of("collect_set", {TypeKind::Int}, rows) == expected + "]");
}

TEST_CASE("variance and its kin need two values for a sample") {
  CHECK(aggregate_of("stddev", {TypeKind::Double}, {{1.0}, {2.0}}) == "0.707107");
  CHECK(aggregate_of("stddev", {TypeKind::Double}, {{1.0}}) == "null");
  CHECK(aggregate_of("var_pop", {TypeKind::Double}, {{1.0}, {2.0}, {nullptr}}) == "0.25");
  CHECK(aggregate_of("var_pop", {TypeKind::Int}, {{7}}) == "0");
  CHECK(aggregate_of("variance", {TypeKind::Int}, {{1}, {2}, {3}, {4}}) == "1.66667");
  CHECK(aggregate_of("skewness", {TypeKind::Int}, {{1}, {1}, {4}, {2}}) == "0.816497");
  CHECK(aggregate_of("kurtosis", {TypeKind::Int}, {{1}, {1}, {4}, {2}}) == "-1");
}

TEST_CASE("corr and covar look at rows with both values") {
  const std::vector<Row> rows = {{1, 2}, {2, 4}, {nullptr, 9}, {3, 7}, {4, nullptr}};

  CHECK(aggregate_of("corr", {TypeKind::Int, TypeKind::Int}, rows) == "0.993399");
  CHECK(aggregate_of("covar_samp", {TypeKind::Int, TypeKind::Int}, rows) == "2.5");
  CHECK(aggregate_of("covar_pop", {TypeKind::Int, TypeKind::Int}, rows) == "1.66667");
}

TEST_CASE("bool_and and bool_or leave out NULL") {
  CHECK(aggregate_of("bool_and", {TypeKind::Boolean}, {{true}, {nullptr}}) == "true");
  CHECK(aggregate_of("bool_and", {TypeKind::Boolean}, {{true}, {false}}) == "false");
  CHECK(aggregate_of("bool_or", {TypeKind::Boolean}, {{false}, {nullptr}}) == "false");
  CHECK(aggregate_of("bool_or", {TypeKind::Boolean}, {{nullptr}}) == "null");
}

TEST_CASE("DISTINCT aggregates take each value once and leave out NULL") {
  const std::vector<Row> numbers{{5}, {nullptr}, {2}, {5}, {2}, {9}};
  CHECK(distinct_aggregate_of("count", {TypeKind::Int}, numbers) == "3");
  CHECK(distinct_aggregate_of("sum", {TypeKind::Int}, numbers) == "16");
  CHECK(distinct_aggregate_of("collect_list", {TypeKind::Int}, numbers) == "[5,2,9]");
  CHECK(distinct_aggregate_of("count", {TypeKind::Int}, {{nullptr}}) == "0");
  CHECK(distinct_aggregate_of("sum", {TypeKind::Int}, {}) == "null");
}

TEST_CASE("count of DISTINCT takes equal values of each type as one") {
  CHECK(distinct_aggregate_of("count", {TypeKind::Double},
                              {{0.0}, {-0.0}, {kNaN}, {kNaN}, {1.0}, {2.0}}) == "4");
  CHECK(distinct_aggregate_of("count", {TypeKind::Boolean},
                              {{true}, {false}, {true}, {nullptr}}) == "2");
  CHECK(distinct_aggregate_of("count", {TypeKind::String}, {{"a"}, {"b"}, {"a"}, {""}}) == "3");
}

TEST_CASE("DISTINCT over several columns counts their combinations") {
  const std::vector<Row> pairs{{1, "a"}, {1, "b"}, {1, "a"}, {2, nullptr}};
  CHECK(distinct_aggregate_of("count", {TypeKind::Int, TypeKind::String}, pairs) == "2");
}

TEST_CASE("approx_count_distinct is exact for small sets and leaves out NULL") {
  CHECK(aggregate_of("approx_count_distinct", {TypeKind::Int}, {{1}, {nullptr}, {2}, {1}}) == "2");
  CHECK(aggregate_of("approx_count_distinct", {TypeKind::String}, {{"a"}, {"b"}, {"c"}}) == "3");
  CHECK(aggregate_of("approx_count_distinct", {TypeKind::Double}, {{0.0}, {-0.0}, {kNaN}}) == "2");
}

TEST_CASE("approx_count_distinct stays within its deviation for larger sets") {
  for (int n : {300, 1000, 3000, 10000}) {
    std::vector<Row> rows;
    for (int i = 0; i < n; ++i) rows.push_back({i});
    const int estimate = std::stoi(aggregate_of("approx_count_distinct", {TypeKind::Long}, rows));
    CHECK(estimate == Approx(n).epsilon(0.12));
  }
}

TEST_CASE("an aggregate refuses arguments of a wrong number or type") {
  CHECK(aggregate_error("sum", {}).error_class == "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  CHECK(aggregate_error("sum", {TypeKind::Boolean}).error_class ==
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  CHECK(aggregate_error("max", {DataType::map(TypeKind::Int, TypeKind::Int)}).error_class ==
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
}

namespace {

/// percentile_approx of the numbers from 1 to `count`, computed from two halves that are merged.
std::int64_t percentile(std::int64_t count, double percentage, std::int64_t accuracy) {
  auto pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const BoundAggregate call =
      aggregate("percentile_approx",
                {bound_column(0, TypeKind::Long, true),
                 bound_literal({DataType(TypeKind::Double), percentage}),
                 bound_literal({DataType(TypeKind::Long), accuracy})});
  StateBytes halves[2];
  for (std::int64_t half = 0; half < 2; ++half) {
    ColumnRef values = pool->make_column(TypeKind::Long);
    for (std::int64_t i = half; i < count; i += 2) values->append<std::int64_t>(i + 1);
    const auto rows = static_cast<std::uint32_t>(values->size());
    const std::vector<StateBytes*> states(rows, &halves[half]);
    call.function->update(context, states.data(), {values}, Rows::all(rows));
  }
  call.function->merge(halves[0], halves[1]);
  ColumnRef result = pool->make_column(TypeKind::Long);
  call.function->finish(context, halves[0], *result);
  return result->is_null(0) ? -1 : result->at<std::int64_t>(0);
}

}  // namespace

TEST_CASE("percentile_approx is exact for few values and close for many") {
  CHECK(percentile(0, 0.5, 100) == -1);
  CHECK(percentile(10, 0.0, 100) == 1);
  CHECK(percentile(10, 0.5, 100) == 5);
  CHECK(percentile(10, 1.0, 100) == 10);
  const std::int64_t median = percentile(100'000, 0.5, 100);
  CHECK(median > 48'000);
  CHECK(median < 52'000);
}
