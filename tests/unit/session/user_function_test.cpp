#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace millrace;

namespace {

DataFrame numbers(const Session& session) {
  return session.create_data_frame({{{"n", TypeKind::Long, true}}},
                                   {{{TypeKind::Long, std::int64_t{3}}}, {{TypeKind::Long, {}}}});
}

/// The first column of each row as text, with `NULL`.
std::string shown(const DataFrame& frame) {
  auto rows = frame.select_expr("CAST(x AS STRING) AS x").rows();
  if (!rows) return rows.error().message;
  std::string out;
  for (const Row& row : *rows)
    out += row.get<std::optional<std::string>>(0)->value_or("NULL") + " ";
  return out;
}

}  // namespace

TEST_CASE("a lambda becomes a function of expressions and SQL; NULL gives NULL") {
  const Session session;
  REQUIRE(session.register_function("twice", [](std::int64_t n) { return 2 * n; }).ok());
  numbers(session).create_or_replace_temp_view("numbers");

  CHECK(shown(numbers(session).select_expr("twice(n) + 1 AS x")) == "7 NULL ");
  CHECK(shown(*session.sql("SELECT twice(twice(n)) AS x FROM numbers WHERE n > 0")) == "12 ");
}

TEST_CASE("a function may take and give NULL and text") {
  const Session session;
  REQUIRE(session.register_function("name_of", [](std::optional<int> n) {
    return n ? std::optional("no " + std::to_string(*n)) : std::nullopt;
  }).ok());

  CHECK(shown(numbers(session).select_expr("coalesce(name_of(n), 'none') AS x")) == "no 3 none ");
}

TEST_CASE("arguments are cast as those of every function") {
  const Session session;
  REQUIRE(session.register_function("half", [](double n) { return n / 2; }).ok());

  CHECK(shown(numbers(session).select_expr("half(n) AS x")) == "1.5 NULL ");
  CHECK(numbers(session).select_expr("half(n, n) AS x").schema().error().error_class ==
        "WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
}

TEST_CASE("errors and exceptions of a function are errors of the row") {
  const Session session;
  REQUIRE(session.register_function("refuse", [](std::int64_t) -> Result<bool> {
    return make_error(ErrorKind::BadData, "too small");
  }).ok());
  REQUIRE(session.register_function("burst", [](std::int64_t) -> bool {
    throw std::runtime_error("boom");
  }).ok());

  CHECK(shown(numbers(session).select_expr("refuse(n) AS x")) ==
        "User defined function `refuse` failed: too small");
  CHECK(shown(numbers(session).select_expr("burst(n) AS x")) ==
        "User defined function `burst` failed: boom");
}

TEST_CASE("a function belongs to its session") {
  const Session session;
  const Session other;
  REQUIRE(session.register_function("mine", [](std::int64_t n) { return n; }).ok());

  CHECK(numbers(session).select_expr("mine(n) AS x").schema().ok());
  CHECK(numbers(other).select_expr("mine(n) AS x").schema().error().error_class ==
        "UNRESOLVED_ROUTINE");
  CHECK_FALSE(session.register_function("no name", [](bool b) { return b; }).ok());
}
