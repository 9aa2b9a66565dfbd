// Expressions of tests/fixtures/spark/expressions.jsonl that give several rows or columns.
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace millrace;
using Json = nlohmann::json;

namespace {

/// The row as the fixture has it: texts as CAST to string makes them, NULL as null.
Json shown(const std::vector<Value>& row) {
  Json cells = Json::array();
  for (const Value& value : row) {
    if (value.is_null())
      cells.push_back(nullptr);
    else
      cells.push_back(std::get<std::string>(value.storage));
  }
  return cells;
}

/// Every column of `frame` as text.
Result<std::vector<std::vector<Value>>> texts_of(const DataFrame& frame) {
  const auto schema = frame.schema();
  if (!schema) return schema.error();
  std::vector<ColumnExpression> columns;
  for (const Field& field : schema->fields) columns.push_back(col(field.name).cast("STRING"));
  return frame.select(columns).collect();
}

Json rows_of(const Session& session, const std::string& expression) {
  const auto frame = session.sql("SELECT " + expression + " FROM one");
  if (!frame) return frame.error().message;
  const auto rows = texts_of(*frame);
  if (!rows) return rows.error().message;
  Json all = Json::array();
  for (const auto& row : *rows) all.push_back(shown(row));
  return all;
}

}  // namespace

TEST_CASE("generators give Spark's rows") {
  const Session session;
  const Schema schema{{{"x", TypeKind::Int, true}}};
  session.create_data_frame(schema, {{Value{TypeKind::Int, std::int64_t{1}}}})
      .create_or_replace_temp_view("one");
  std::ifstream fixture("tests/fixtures/spark/expressions.jsonl");
  int num_held = 0;
  for (std::string line; std::getline(fixture, line);) {
    const Json entry = Json::parse(line);
    const bool is_generator = entry.contains("both") && entry["both"].contains("rows");
    if (!is_generator || entry["group"] == "time") continue;
    const std::string expression = entry["expr"];
    INFO(expression);
    CHECK(rows_of(session, expression) == entry["both"]["rows"]);
    ++num_held;
  }
  CHECK(num_held == 6);
}
