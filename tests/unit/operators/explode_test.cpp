#include "operators/explode.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const DataType kWordsType = DataType::array(TypeKind::String);
const DataType kAgesType = DataType::map(TypeKind::String, TypeKind::Int);
const DataType kPointType = DataType::structure({{"x", TypeKind::Int}, {"y", TypeKind::String}});

struct Variant {
  bool with_position = false;
  bool inline_fields = false;
  bool outer = false;
  std::optional<std::vector<int>> passed_columns = std::nullopt;
};

OperatorHarness explode(DataType type, std::vector<Field> made, Variant variant = {}) {
  const SchemaPtr input = schema_of({{"id", TypeKind::Long}, {"list", std::move(type)}});
  std::vector<Field> output = input->fields;
  if (variant.passed_columns) output = {};
  if (variant.with_position) output.push_back({"pos", TypeKind::Int});
  output.insert(output.end(), made.begin(), made.end());
  return OperatorHarness(input, [=] {
    ExplodeOptions options;
    options.collection = column_of(input, 1);
    options.with_position = variant.with_position;
    options.inline_fields = variant.inline_fields;
    options.outer = variant.outer;
    options.passed_columns = variant.passed_columns;
    options.output = schema_of(output);
    return make_explode(std::move(options));
  });
}

Cell words(std::vector<Cell> cells) { return Cell::list(std::move(cells)); }

}  // namespace

TEST_CASE("explode gives a row for each element and none for an empty or NULL array") {
  auto harness = explode(kWordsType, {{"col", TypeKind::String}});
  harness.rows({{1, words({"a", ""})}, {2, nullptr}, {3, words({})}, {4, words({nullptr, "b"})}});

  CHECK(harness.run() == "1,[a,],a 1,[a,], 4,[null,b],null 4,[null,b],b");
}

TEST_CASE("explode passes on only the columns asked for") {
  auto harness =
      explode(kWordsType, {{"col", TypeKind::String}}, {.passed_columns = std::vector<int>{}});
  harness.rows({{1, words({"a", "b"})}, {2, words({"c"})}});

  CHECK(harness.run() == "a b c");
}

TEST_CASE("explode_outer keeps a row without elements") {
  auto harness = explode(kWordsType, {{"col", TypeKind::String}}, {.outer = true});
  harness.rows({{1, nullptr}, {2, words({"a"})}, {3, words({})}});

  CHECK(harness.run() == "1,null,null 2,[a],a 3,[],null");
}

TEST_CASE("posexplode counts positions from 0 in each row") {
  auto harness = explode(kWordsType, {{"col", TypeKind::String}}, {.with_position = true});
  harness.rows({{1, words({"a", "b"})}, {2, words({"c"})}});

  CHECK(harness.run() == "1,[a,b],0,a 1,[a,b],1,b 2,[c],0,c");
}

TEST_CASE("posexplode_outer gives no position where there is no element") {
  auto harness =
      explode(kWordsType, {{"col", TypeKind::String}}, {.with_position = true, .outer = true});
  harness.rows({{1, nullptr}, {2, words({"c"})}});

  CHECK(harness.run() == "1,null,null,null 2,[c],0,c");
}

TEST_CASE("explode of a map gives key and value") {
  auto harness = explode(kAgesType, {{"key", TypeKind::String}, {"value", TypeKind::Int}});
  harness.rows({{1, words({"a", 1, "b", nullptr})}});

  CHECK(harness.run() == "1,[a,1,b,null],a,1 1,[a,1,b,null],b,null");
}

TEST_CASE("inline gives the fields of each struct") {
  auto harness =
      explode(DataType::array(kPointType), {{"x", TypeKind::Int}, {"y", TypeKind::String}},
              {.inline_fields = true, .passed_columns = std::vector<int>{}});
  harness.rows({{1, words({words({1, "a"}), nullptr, words({2, nullptr})})}});

  CHECK(harness.run() == "1,a null,null 2,null");
}

TEST_CASE("explode of a long array comes in several batches") {
  auto harness =
      explode(kWordsType, {{"col", TypeKind::String}}, {.passed_columns = std::vector<int>{}});
  std::vector<Cell> elements;
  std::string expected;
  for (int i = 0; i < 100000; ++i) {
    elements.push_back(std::to_string(i));
    expected += std::to_string(i) + " ";
  }
  harness.rows({{1, words(elements)}, {2, words({"last"})}});

  CHECK(harness.run() == expected + "last");
}
