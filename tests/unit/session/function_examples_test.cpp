#include "expressions/function_examples.hpp"

#include "expressions/function_registry.hpp"
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace millrace;

namespace {

std::string text_of(const Value& value) {
  if (value.is_null()) return "NULL";
  if (const auto* text = std::get_if<std::string>(&value.storage)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.storage))
    return std::to_string(*number);
  return "?";
}

/// Columns joined by commas, rows by blanks.
std::string shown(const Result<std::vector<std::vector<Value>>>& rows) {
  if (!rows) return rows.error().message;
  std::string out;
  for (const auto& row : *rows) {
    std::string line;
    for (const Value& value : row) line += (line.empty() ? "" : ",") + text_of(value);
    out += (out.empty() ? "" : " ") + line;
  }
  return out;
}

Session session_with_rows() {
  Session session;
  const Value null{TypeKind::Int, {}};
  const auto text = [](const char* k) { return Value{TypeKind::String, std::string(k)}; };
  const auto number = [](std::int64_t x) { return Value{TypeKind::Int, x}; };
  const Schema schema{{{"k", TypeKind::String, true}, {"x", TypeKind::Int, true}}};
  session
      .create_data_frame(schema, {{text("a"), number(1)},
                                  {text("a"), number(2)},
                                  {text("b"), number(2)},
                                  {text("b"), null}})
      .create_or_replace_temp_view("samples");
  session.create_data_frame(schema, {{text("a"), number(1)}}).create_or_replace_temp_view("one");
  return session;
}

bool is_aggregate(std::string_view function) {
  return FunctionRegistry::builtin().find(function)->kind == FunctionKind::Aggregate;
}

std::string query_of(const FunctionExample& example) {
  const std::string expression(example.expression);
  if (expression.starts_with("SELECT")) return expression + " FROM one";
  return "SELECT CAST((" + expression + ") AS STRING) AS result FROM " +
         (is_aggregate(example.function) ? "samples" : "one");
}

}  // namespace

TEST_CASE("every function's example gives what it says") {
  const Session session = session_with_rows();
  for (const FunctionExample& example : function_examples()) {
    INFO(example.function << ": " << example.expression);
    REQUIRE(FunctionRegistry::builtin().find(example.function) != nullptr);
    const auto frame = session.sql(query_of(example));
    CHECK((frame ? shown(frame->collect()) : frame.error().message) == example.result);
  }
}

TEST_CASE("every function that needs no file has a line of documentation and an example") {
  for (const FunctionEntry* entry : FunctionRegistry::builtin().list()) {
    INFO(entry->name);
    if (entry->group != "model") CHECK(example_of(entry->name) != nullptr);
    CHECK_FALSE(entry->summary.empty());
  }
}
