#include "records/value.hpp"

#include "records/record_batch.hpp"
#include "records/schema_text.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("a nested value comes back out of a column") {
  auto pool = RecordPool::create();
  const DataType type = *parse_type("array<struct<k: smallint, m: map<string, boolean>>>");
  ColumnRef column = pool->make_column(type);
  const Value map{type.element().fields()[1].type,
                  std::vector<Value>{{TypeKind::String, std::string("x")}, {TypeKind::Boolean, true},
                                     {TypeKind::String, std::string("y")}, {TypeKind::Boolean, {}}}};
  const Value first{type.element(), std::vector<Value>{{TypeKind::Short, std::int64_t{-3}}, map}};
  const Value list{type, std::vector<Value>{first, {type.element(), {}}}};

  append_value(*column, {type, {}});
  append_value(*column, list);
  Value back = value_at(*column, 1);

  CHECK(value_at(*column, 0).is_null());
  const auto& elements = std::get<std::vector<Value>>(back.storage);
  REQUIRE(elements.size() == 2);
  CHECK(elements[1].is_null());
  const auto& fields = std::get<std::vector<Value>>(elements[0].storage);
  CHECK(std::get<std::int64_t>(fields[0].storage) == -3);
  const auto& entries = std::get<std::vector<Value>>(fields[1].storage);
  REQUIRE(entries.size() == 4);
  CHECK(std::get<std::string>(entries[2].storage) == "y");
  CHECK(std::get<bool>(entries[1].storage));
  CHECK(entries[3].is_null());
}

TEST_CASE("a constant column gives its value at every row") {
  auto pool = RecordPool::create();
  ColumnRef column = pool->make_column(TypeKind::Int);
  append_value(*column, {TypeKind::Int, std::int64_t{7}});
  column->make_constant();

  CHECK(std::get<std::int64_t>(value_at(*column, 99).storage) == 7);
}
