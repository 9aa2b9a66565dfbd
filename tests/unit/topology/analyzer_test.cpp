#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"

using namespace millrace;
using namespace millrace::testing;

TEST_CASE("analyzer names and types the columns of a select list as Spark does") {
  CHECK(columns_of(select(table("ev"), {"k", "v + 1 AS w", "upper(k)"})) ==
        "k:string,w:int,upper(k):string");
  CHECK(columns_of(select(table("ev"), {"*", "v"})) == "ts:timestamp,k:string,v:int,v:int");
  CHECK(columns_of(select(alias(table("ev"), "e"), {"e.*"})) == "ts:timestamp,k:string,v:int");
}

TEST_CASE("analyzer puts grouping columns in front of aggregates") {
  CHECK(columns_of(group(table("ev"), {"k"}, {"count(*) AS n", "sum(v)"})) ==
        "k:string,n:bigint,sum(v):bigint");
}

TEST_CASE("analyzer computes what stands around aggregates above them") {
  CHECK(columns_of(sql("SELECT count(*) + 1 AS n, upper(k) AS u FROM ev GROUP BY k")) ==
        "n:bigint,u:string");
  CHECK(columns_of(sql("SELECT upper(k), count(*) FROM ev GROUP BY upper(k)")) ==
        "upper(k):string,count(1):bigint");
  CHECK(columns_of(sql("SELECT sum(v) / count(*) AS mean FROM ev")) == "mean:double");
}

TEST_CASE("analyzer groups by a window and gives it a column of that name") {
  CHECK(columns_of(group(table("ev"), {"window(ts, '10 seconds')", "k"}, {"count(*) AS n"})) ==
        "window:struct<start:timestamp,end:timestamp>,k:string,n:bigint");
  CHECK(columns_of(sql("SELECT window.start AS start, window.end AS end, count(*) AS n FROM ev "
                       "GROUP BY window(ts, '10 seconds')")) ==
        "start:timestamp,end:timestamp,n:bigint");
}

TEST_CASE("analyzer windows a window by the time of its last instant") {
  const auto small = sql("SELECT window AS w, count(*) AS n FROM wm GROUP BY window(ts, '10 seconds')");
  const auto large = group(small, {"window(w, '30 seconds')"}, {"sum(n) AS n"});
  CHECK(columns_of(large) == "window:struct<start:timestamp,end:timestamp>,n:bigint");
  CHECK(errors_of(analyzed(large, "append")) == "");
}

TEST_CASE("analyzer lets HAVING and ORDER BY name aggregates that are not selected") {
  const std::string text =
      "SELECT k FROM ev GROUP BY k HAVING count(*) > 1 ORDER BY sum(v) DESC, k";
  CHECK(columns_of(sql(text)) == "k:string");
  CHECK(errors_of(analyzed(sql(text), "complete")) == "");
}

TEST_CASE("analyzer takes aliases and positions in GROUP BY and HAVING") {
  CHECK(columns_of(sql("SELECT k x, count(*) n FROM ev GROUP BY x HAVING n > 1")) ==
        "x:string,n:bigint");
  CHECK(columns_of(sql("SELECT upper(k), count(*) AS n FROM ev GROUP BY 1")) ==
        "upper(k):string,n:bigint");
}

TEST_CASE("analyzer turns a generator in a select list into rows") {
  CHECK(columns_of(sql("SELECT explode(split(k, ' ')) AS word, v FROM ev")) ==
        "word:string,v:int");
  CHECK(columns_of(sql("SELECT posexplode(split(k, ' ')) FROM ev")) == "pos:int,col:string");
  CHECK(columns_of(sql("SELECT v, a, b FROM ev LATERAL VIEW explode(map(k, v)) t AS a, b")) ==
        "v:int,a:string,b:int");
}

TEST_CASE("analyzer expands grouping sets") {
  CHECK(columns_of(sql("SELECT k, v, grouping_id() AS gid, count(*) AS n FROM ev "
                       "GROUP BY ROLLUP (k, v)")) == "k:string,v:int,gid:bigint,n:bigint");
}

TEST_CASE("analyzer widens the columns of a union and keeps the first input's names") {
  const auto first = select(table("ev"), {"v AS a", "k AS b"});
  const auto second = select(table("ev"), {"CAST(v AS BIGINT) AS x", "k AS y"});
  CHECK(columns_of(unite(first, second)) == "a:bigint,b:string");
}

TEST_CASE("analyzer replaces, renames and drops columns ignoring case") {
  const auto ev = table("ev");
  const auto twice = make_expression(Text{"v * 2"});
  CHECK(columns_of(plan::make_node(plan::WithColumns{{{"V", twice}, {"w", twice}}}, {ev})) ==
        "ts:timestamp,k:string,V:int,w:int");
  CHECK(columns_of(plan::make_node(plan::WithColumnsRenamed{{{"K", "key"}}}, {ev})) ==
        "ts:timestamp,key:string,v:int");
  CHECK(columns_of(plan::make_node(plan::Drop{{"TS", "nope"}}, {ev})) == "k:string,v:int");
  CHECK(columns_of(plan::make_node(plan::ToDF{{"a", "b", "c"}}, {ev})) ==
        "a:timestamp,b:string,c:int");
}

TEST_CASE("analyzer resolves a column by the node it came from") {
  const auto ev = table("ev");
  const auto left = make_expression(Attribute{{"v"}, ev->id});
  CHECK(columns_of(plan::make_node(plan::Project{{left}}, {where(ev, "v > 0")})) == "v:int");
}

TEST_CASE("analyzer makes one step of a name that is used twice") {
  const auto analysis = analyzed(unite(table("ev"), table("ev")));
  REQUIRE(errors_of(analysis) == "");
  const auto& inputs = analysis.plan.outputs.front().input->inputs;
  CHECK(inputs.at(0) == inputs.at(1));
}

TEST_CASE("analyzer reports every error of a plan at once") {
  const auto first = where(select(table("ev"), {"k", "amont"}), "k > 1");
  const auto second = group(table("nope"), {"k"});
  const auto analysis = analyze({write(first), write(second, "sideways", "consol")},
                                catalog_with_names(), Settings{});
  const std::string errors = errors_of(analysis);
  CHECK(errors.find("`amont` cannot be resolved") != std::string::npos);
  CHECK(errors.find("`nope` cannot be found") != std::string::npos);
  CHECK(errors.find("Invalid streaming output mode: sideways") != std::string::npos);
  CHECK(errors.find("Failed to find the data source: consol") != std::string::npos);
  CHECK(analysis.errors.size() == 4);
}

TEST_CASE("analyzer holds expressions over an unknown input to grammar and function names") {
  const auto errors_over = [](const plan::NodePtr& node) { return errors_of(analyzed(node)); };
  const std::string routine = "Cannot resolve routine `uper`";
  const auto contains = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(errors_over(where(nullptr, "k = 1")) == "");
  CHECK(contains(errors_over(where(nullptr, "uper(k) = 'A'")), routine));
  CHECK(contains(errors_over(select(nullptr, {"k", "length(uper(k)) AS n"})), routine));
  CHECK(contains(errors_over(group(nullptr, {"uper(k)"}, {"count(*)"})), routine));
  CHECK(contains(errors_over(where(group(nullptr, {"k"}, {"count(*)"}), "uper(k) = 'A'")), routine));
  CHECK(contains(errors_over(where(table("nope"), "k = ")), "PARSE_SYNTAX_ERROR"));
}

TEST_CASE("analyzer reports a circle of names instead of following it") {
  Catalog circle = catalog();
  circle.names["a"] = where(table("b"), "true");
  circle.names["b"] = where(table("a"), "true");
  const auto analysis = analyze({write(table("a"))}, circle, Settings{});
  CHECK(errors_of(analysis).find("a node reads its own output: 'a'") != std::string::npos);
}

TEST_CASE("analyzer looks at names that no sink reads") {
  Catalog unread = catalog_with_names();
  unread.names["unread"] = where(table("ev"), "nope = 1");
  const auto analysis = analyze({write(table("ev"))}, unread, Settings{});
  CHECK(analysis.errors.size() == 1);
}

TEST_CASE("analyzer refuses a filter that is no boolean in Spark's words") {
  CHECK(errors_of(analyzed(where(table("ev"), "v"))) ==
        "[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Cannot resolve \"v\" due to data type mismatch: "
        "Filter expression \"v\" of type \"INT\" is not a boolean. SQLSTATE: 42K09");
}

TEST_CASE("analyzer refuses an unknown time zone") {
  Settings settings;
  settings.time_zone = "Mars/Olympus";
  CHECK_FALSE(analyzed(table("ev"), "append", settings).ok());
}
