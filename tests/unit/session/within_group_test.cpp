#include "session/session.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

Session session_with_rows() {
  Session session;
  const auto text = [](const char* k) { return Value{TypeKind::String, std::string(k)}; };
  const auto number = [](std::int64_t x) { return Value{TypeKind::Int, x}; };
  const Schema schema{{{"k", TypeKind::String, true}, {"x", TypeKind::Int, true}}};
  session
      .create_data_frame(schema, {{text("b"), number(1)}, {text("a"), number(2)}, {text("b"), number(4)}})
      .create_or_replace_temp_view("samples");
  return session;
}

/// The one value of `SELECT <expression> FROM samples` as text, or the error's class.
std::string result_of(const std::string& expression) {
  const Session session = session_with_rows();
  const auto frame =
      session.sql("SELECT CAST(" + expression + " AS STRING) AS result FROM samples");
  if (!frame) return frame.error().error_class;
  const auto rows = frame->collect();
  if (!rows) return rows.error().error_class;
  return std::get<std::string>(rows->at(0).at(0).storage);
}

std::string column_of(const std::string& expression) {
  const Session session = session_with_rows();
  const auto frame = session.sql("SELECT " + expression + " FROM samples");
  return frame ? frame->schema()->fields[0].name : frame.error().message;
}

}  // namespace

TEST_CASE("WITHIN GROUP orders what listagg, percentile_cont, percentile_disc and mode see") {
  CHECK(result_of("listagg(k, '-') WITHIN GROUP (ORDER BY x DESC)") == "b-a-b");
  CHECK(result_of("listagg(x, '-') WITHIN GROUP (ORDER BY k, x DESC)") == "2-4-1");
  CHECK(result_of("listagg(DISTINCT k, '-') WITHIN GROUP (ORDER BY k)") == "a-b");
  CHECK(result_of("percentile_cont(0.25) WITHIN GROUP (ORDER BY x)") == "1.5");
  CHECK(result_of("percentile_cont(0.25) WITHIN GROUP (ORDER BY x DESC)") == "3.0");
  CHECK(result_of("percentile_disc(0.5) WITHIN GROUP (ORDER BY x)") == "2.0");
  CHECK(result_of("mode() WITHIN GROUP (ORDER BY x DESC)") == "4");
  CHECK(result_of("listagg(k) WITHIN GROUP (ORDER BY x) FILTER (WHERE x > 1)") == "ab");
}

TEST_CASE("columns of WITHIN GROUP have Spark's names") {
  CHECK(column_of("listagg(k) WITHIN GROUP (ORDER BY x DESC)") ==
        "listagg(k, NULL) WITHIN GROUP (ORDER BY x DESC NULLS LAST)");
  CHECK(column_of("percentile_cont(0.5) WITHIN GROUP (ORDER BY x)") ==
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY x)");
  CHECK(column_of("mode() WITHIN GROUP (ORDER BY x DESC)") == "mode() WITHIN GROUP (ORDER BY x DESC)");
}

TEST_CASE("WITHIN GROUP is refused where it means nothing, and asked for where it is missing") {
  CHECK(result_of("sum(x) WITHIN GROUP (ORDER BY x)") ==
        "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX");
  CHECK(result_of("upper(k) WITHIN GROUP (ORDER BY x)") ==
        "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX");
  CHECK(result_of("percentile_cont(0.5)") == "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING");
  CHECK(result_of("percentile_cont(0.5) WITHIN GROUP (ORDER BY x, k)") ==
        "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS");
  CHECK(result_of("percentile_cont(DISTINCT 0.5) WITHIN GROUP (ORDER BY x)") ==
        "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED");
  CHECK(result_of("listagg(DISTINCT k) WITHIN GROUP (ORDER BY x)") ==
        "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT");
}

TEST_CASE("`within` is still a name") {
  const Session session = session_with_rows();
  CHECK(session.sql("SELECT x AS within FROM samples WHERE x > 0").ok());
  CHECK(session.sql("SELECT within.x FROM samples AS within").ok());
}
