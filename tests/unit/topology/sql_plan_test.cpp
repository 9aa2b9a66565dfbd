#include "topology/sql/sql_plan.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

bool is_aggregate(std::string_view name) {
  return name == "count" || name == "sum" || name == "max";
}

std::string plan_of(std::string_view sql) {
  const auto node = plan_sql(sql, is_aggregate);
  return node ? "\n" + plan::to_text(*node) : node.error().message;
}

}  // namespace

TEST_CASE("a select is a projection of a filter of a table") {
  CHECK(plan_of("SELECT a, b + 1 AS c FROM t WHERE a > 5") == R"(
#1 Project [a, b + 1 AS c]
  #2 Filter a > 5
    #3 Read table t
)");
}

TEST_CASE("a select list with an aggregate is one aggregate, with having and order above") {
  CHECK(plan_of("SELECT word, count(*) AS n FROM (SELECT explode(split(value, ' ')) AS word FROM "
                "lines) w "
                "GROUP BY word HAVING n > 1 ORDER BY word LIMIT 3 OFFSET 1") == R"(
#1 Limit 3
  #2 Offset 1
    #3 Sort [word ASC NULLS FIRST]
      #4 Filter n > 1
        #5 Aggregate [word], [word, count(*) AS n] select list
          #6 SubqueryAlias w
            #7 Project [explode(split(value, ' ')) AS word]
              #8 Read table lines
)");
}

TEST_CASE("an aggregate without GROUP BY groups by nothing") {
  CHECK(plan_of("SELECT sum(a) + 1 FROM t") == R"(
#1 Aggregate [], [sum(a) + 1] select list
  #2 Read table t
)");
}

TEST_CASE("a function over a window is no aggregate") {
  CHECK(plan_of("SELECT sum(a) OVER (ORDER BY b) FROM t") == R"(
#1 Project [sum(a) OVER (ORDER BY b ASC NULLS FIRST)]
  #2 Read table t
)");
}

TEST_CASE("SELECT DISTINCT and UNION group by every column") {
  CHECK(plan_of("SELECT DISTINCT k FROM a UNION SELECT k FROM b") == R"(
#1 Aggregate [*], [*] select list
  #2 Union all
    #3 Aggregate [*], [*] select list
      #4 Project [k]
        #5 Read table a
    #6 Project [k]
      #7 Read table b
)");
}

TEST_CASE("UNION ALL and UNION are taken from the left") {
  CHECK(plan_of("SELECT a FROM t UNION ALL SELECT a FROM u UNION SELECT a FROM v ORDER BY a") == R"(
#1 Sort [a ASC NULLS FIRST]
  #2 Aggregate [*], [*] select list
    #3 Union all
      #4 Union all
        #5 Project [a]
          #6 Read table t
        #7 Project [a]
          #8 Read table u
      #9 Project [a]
        #10 Read table v
)");
}

TEST_CASE("joins keep the order of the text") {
  CHECK(plan_of("SELECT * FROM a x LEFT OUTER JOIN b AS y ON x.k = y.k, c JOIN d USING (k, l) LEFT "
                "SEMI JOIN e") ==
        R"(
#1 Project [*]
  #2 Join leftsemi
    #3 Join inner using=[k, l]
      #4 Join cross
        #5 Join left on x.k = y.k
          #6 SubqueryAlias x
            #7 Read table a
          #8 SubqueryAlias y
            #9 Read table b
        #10 Read table c
      #11 Read table d
    #12 Read table e
)");
}

TEST_CASE("a common table used twice is one plan") {
  CHECK(plan_of("WITH w AS (SELECT k FROM t) SELECT * FROM w JOIN w v ON w.k = v.k") == R"(
#1 Project [*]
  #2 Join inner on w.k = v.k
    #3 SubqueryAlias w
      #4 Project [k]
        #5 Read table t
    #6 SubqueryAlias v
      #7 SubqueryAlias w
        #4 again
)");
}

TEST_CASE("LATERAL VIEW adds the generator's columns") {
  CHECK(
      plan_of("SELECT id, k FROM t LATERAL VIEW OUTER explode(m) z AS k, v LATERAL VIEW explode(a) "
              "AS x") == R"(
#1 Project [id, k]
  #2 Project [*, explode(a) AS x]
    #3 Project [*, explode_outer(m) AS (k, v)]
      #4 Read table t
)");
}

TEST_CASE("grouping sets name their members by position") {
  CHECK(plan_of("SELECT k, count(*) FROM t GROUP BY GROUPING SETS ((k, v), (k), ())") == R"(
#1 Aggregate grouping sets [k, v], [k, count(*)] sets=[[0, 1], [0], []] select list
  #2 Read table t
)");
  CHECK(plan_of("SELECT k FROM t GROUP BY ROLLUP (k, v)") ==
        plan_of("SELECT k FROM t GROUP BY k, v WITH ROLLUP"));
  CHECK(plan_of("SELECT k FROM t GROUP BY CUBE (k, v)").find("Aggregate cube [k, v], [k]") !=
        std::string::npos);
}

TEST_CASE("a query without FROM reads one row") {
  CHECK(plan_of("SELECT 1 AS one") == R"(
#1 Project [1 AS one]
  #2 LocalRelation [] [[]]
)");
}

TEST_CASE("errors of a query stand where the query stands in its file") {
  const auto node = plan_sql("SELECT a\nFROM t WHERE", is_aggregate, {"job.yaml", 7, 10, 0});
  REQUIRE(!node.ok());
  CHECK(node.error().origin.file == "job.yaml");
  CHECK(node.error().origin.line == 8);
  CHECK(node.error().origin.column == 13);
}
