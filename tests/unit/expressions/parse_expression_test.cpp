#include "expressions/parser.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

std::string sql(std::string_view text) {
  const auto parsed = parse_expression(text);
  return parsed ? to_sql(**parsed) : parsed.error().error_class + ": " + parsed.error().message;
}

std::string list_sql(std::string_view text) {
  const auto parsed = parse_expression_list(text);
  if (!parsed) return parsed.error().message;
  std::string out;
  for (const auto& one : *parsed) out += (out.empty() ? "" : " ; ") + to_sql(*one);
  return out;
}

std::string place(const Error& error) {
  return std::to_string(error.origin.line) + ":" + std::to_string(error.origin.column) + "+" +
         std::to_string(error.origin.length);
}

Value literal(std::string_view text) {
  const auto parsed = parse_expression(text);
  INFO(text);
  REQUIRE(parsed.ok());
  return std::get<Literal>((*parsed)->node).value;
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("operators bind as in Spark") {
  CHECK(sql("(a + b) * c - d / 2 % 3") == "(a + b) * c - d / 2 % 3");
  CHECK(sql("a + (b * c)") == "a + b * c");
  CHECK(sql("a - (b - c)") == "a - (b - c)");
  CHECK(sql("a | b ^ c & d << 1 + 2") == "a | b ^ c & d << 1 + 2");
  CHECK(sql("((a | b) ^ c) & d") == "((a | b) ^ c) & d");
  CHECK(sql("a = b + 1 and not c or d") == "a = b + 1 AND NOT c OR d");
  CHECK(sql("a and (b or c)") == "a AND (b OR c)");
  CHECK(sql("not (a and b)") == "NOT (a AND b)");
  CHECK(sql("!a == b <> c") == "NOT a = b != c");
  CHECK(sql("a || b div 2") == "a || b DIV 2");
  CHECK(sql("- - a") == "-(-a)");
  CHECK(sql("2 - -5") == "2 - -5");
  CHECK(sql("-(5)") == "-(5)");
}

TEST_CASE("predicates take values on both sides") {
  CHECK(sql("a between 1 and 2 and b") == "a BETWEEN 1 AND 2 AND b");
  CHECK(sql("a not in (1, 2) or b not like 'x' escape '!'") ==
        "a NOT IN (1, 2) OR b NOT LIKE 'x' ESCAPE '!'");
  CHECK(sql("a is not null and b is null") == "a IS NOT NULL AND b IS NULL");
  CHECK(sql("a is true") == "a <=> true");
  CHECK(sql("a is not false") == "NOT a <=> false");
  CHECK(sql("a is distinct from b") == "NOT a <=> b");
  CHECK(sql("a is not distinct from b") == "a <=> b");
  CHECK(sql("a like any ('x', 'y')") == "a LIKE ANY ('x', 'y')");
  CHECK(sql("a ilike all ('x', 'y')") == "a ILIKE 'x' AND a ILIKE 'y'");
  CHECK(sql("a regexp 'x'") == "a RLIKE 'x'");
}

TEST_CASE("subqueries stay text inside an expression") {
  CHECK(sql("v in (select v from ev)") == "v IN (select v from ev)");
  CHECK(sql("(select max(x) from t) + 1") == "(select max(x) from t) + 1");
  CHECK(sql("not exists (select 1)") == "NOT EXISTS (select 1)");
  CHECK(sql("exists(a, x -> x > 1)") == "exists(a, x -> x > 1)");
}

TEST_CASE("keyword calls become ordinary functions") {
  CHECK(sql("extract(year from ts)") == "extract(year FROM ts)");
  CHECK(sql("substring(a from 2 for 3)") == "substring(a, 2, 3)");
  CHECK(sql("trim(both 'x' from a)") == "trim('x', a)");
  CHECK(sql("trim(trailing from a)") == "rtrim(a)");
  CHECK(sql("position('a' in b)") == "locate('a', b)");
  CHECK(sql("overlay(a placing 'x' from 3)") == "overlay(a, 'x', 3)");
  CHECK(sql("case a when 1 then 'x' else 'y' end") == "CASE WHEN a = 1 THEN 'x' ELSE 'y' END");
  CHECK(sql("a::int::string") == "CAST(CAST(a AS INT) AS STRING)");
  CHECK(sql("try_cast(a as array<array<int>>)") == "TRY_CAST(a AS ARRAY<ARRAY<INT>>)");
  CHECK(sql("timestampdiff(HOUR, a, b)") == "timestampdiff('HOUR', a, b)");
}

TEST_CASE("calls keep distinct, filter, named arguments, lambdas and windows") {
  CHECK(sql("count(distinct a, b) filter (where c > 1)") ==
        "count(DISTINCT a, b) FILTER (WHERE c > 1)");
  CHECK(sql("f(x => 1, y => a)") == "f(x => 1, y => a)");
  CHECK(sql("aggregate(a, 0, (acc, x) -> acc + x)") == "aggregate(a, 0, (acc, x) -> acc + x)");
  CHECK(sql("row_number() over (partition by k order by ts desc, v nulls last)") ==
        "row_number() OVER (PARTITION BY k ORDER BY ts DESC NULLS LAST, v ASC NULLS LAST)");
  CHECK(sql("sum(a) over (order by t rows between 1 preceding and current row)") ==
        "sum(a) OVER (ORDER BY t ASC NULLS FIRST rows between 1 preceding and current row)");
}

TEST_CASE("names may be keywords, quoted or beyond ASCII") {
  CHECK(sql("window.end") == "window.end");
  CHECK(sql("offset + `odd ``name`.x") == "`offset` + `odd ``name`.x");
  CHECK(sql("left('abc', 2)") == "`left`('abc', 2)");
  CHECK(sql("`select`") == "`select`");
  CHECK(sql("名字") == "`名字`");
  CHECK(sql("group") == "`group`");
  CHECK(sql("m['k'].f[0]") == "m['k'].f[0]");
  CHECK(sql("interval + date") == "interval + date");
}

TEST_CASE("select lists take aliases with and without AS") {
  CHECK(list_sql("a, b as c, count(*) n, t.*, *") == "a ; b AS c ; count(*) AS n ; t.* ; *");
  CHECK(list_sql("explode(m) as (k, v)") == "explode(m) AS (k, v)");
  CHECK(list_sql("a as `end of day`, b end") == "a AS `end of day` ; b AS end");
}

TEST_CASE("numbers get the narrowest type that Spark gives them") {
  CHECK(literal("2147483648").type.to_sql() == "BIGINT");
  CHECK(literal("-2147483648").type.to_sql() == "INT");
  CHECK(literal("9223372036854775808").type.to_sql() == "DECIMAL(19,0)");
  CHECK(literal(".5").type.to_sql() == "DECIMAL(1,1)");
  CHECK(literal("1e3BD").type.to_sql() == "DECIMAL(4,0)");
  CHECK(literal("5.").type.to_sql() == "DECIMAL(1,0)");
  CHECK(sql("128Y").starts_with("INVALID_NUMERIC_LITERAL_RANGE: Numeric literal 128 is outside"));
  CHECK(sql("-128Y") == "-128Y");
  CHECK(sql("1e400").starts_with("INVALID_NUMERIC_LITERAL_RANGE"));
}

TEST_CASE("strings are unescaped") {
  const auto text = [](std::string_view sql) {
    return std::get<std::string>(literal(sql).storage);
  };
  CHECK(text(R"('a\'b''c\\d\n\u00e9\%')") == "a'b'c\\d\né\\%");
  CHECK(text(R"("x""y")") == "x\"y");
  CHECK(text(R"(r'a\n')") == "a\\n");
  CHECK(text("'a' 'b'") == "ab");
  CHECK(text("X'1Ff'") == std::string("\x01\xff"));
}

TEST_CASE("intervals become the type that their units span") {
  CHECK(literal("INTERVAL 1 HOUR 30 MINUTES").type == DataType::day_time_interval(1, 2));
  CHECK(std::get<std::int64_t>(literal("INTERVAL 1 HOUR 30 MINUTES").storage) == 5'400'000'000);
  CHECK(std::get<std::int64_t>(literal("INTERVAL -1 WEEK").storage) == -604'800'000'000);
  CHECK(literal("INTERVAL '1-2' YEAR TO MONTH").type == DataType::year_month_interval(0, 1));
  CHECK(std::get<std::int64_t>(literal("INTERVAL '1-2' YEAR TO MONTH").storage) == 14);
  CHECK(std::get<std::int64_t>(literal("INTERVAL '1 2:03:04' DAY TO SECOND").storage) ==
        93'784'000'000);
  CHECK(std::get<std::int64_t>(literal("INTERVAL '10 seconds'").storage) == 10'000'000);
  CHECK(sql("INTERVAL 1 YEAR 1 DAY").find("Cannot mix year-month and day-time fields") !=
        std::string::npos);
  CHECK(sql("INTERVAL 'x' SECOND").find("but got invalid value: x.") != std::string::npos);
}

TEST_CASE("times take the session zone unless they name one") {
  const auto zone = TimeZone::find("Asia/Shanghai");
  const auto micros = [&](std::string_view text) {
    const auto parsed = parse_expression(text, {}, *zone);
    return std::get<std::int64_t>(std::get<Literal>((*parsed)->node).value.storage);
  };
  CHECK(micros("TIMESTAMP '1970-01-01 08:00:01'") == 1'000'000);
  CHECK(micros("TIMESTAMP '1970-01-01 00:00:01Z'") == 1'000'000);
  CHECK(micros("TIMESTAMP_NTZ '1970-01-01 00:00:01'") == 1'000'000);
  CHECK(sql("TIMESTAMP '1970-01-01 00:00:01'") == "TIMESTAMP '1970-01-01 00:00:01Z'");
  CHECK(sql("DATE '2024-13-01'") ==
        "INVALID_TYPED_LITERAL: The value of the typed literal \"DATE\" is invalid: '2024-13-01'.");
}

TEST_CASE("syntax errors name the token, its place in code points and a way out") {
  const Origin start{"job.yaml", 10, 5, 0};
  const auto parsed = parse_expression("é = 1 and\n  b + )", start);
  REQUIRE(!parsed.ok());
  CHECK(parsed.error().error_class == "PARSE_SYNTAX_ERROR");
  CHECK(parsed.error().sql_state == "42601");
  CHECK(parsed.error().message == "Syntax error at or near ')'.");
  CHECK(parsed.error().origin.file == "job.yaml");
  CHECK(place(parsed.error()) == "11:7+1");
  CHECK(!parsed.error().fix.empty());

  CHECK(place(parse_expression("'é' + 'x", start).error()) == "10:11+1");
  CHECK(parse_expression("a +").error().message == "Syntax error at or near end of input.");
  CHECK(parse_expression(" ").error().error_class == "PARSE_EMPTY_STATEMENT");
  CHECK(place(parse_expression("1 + 300Y").error()) == "1:5+4");
  CHECK(place(parse_expression("cast(a as nope)").error()) == "1:11+4");
}

TEST_CASE("every expression knows where it stands") {
  const auto parsed = parse_expression("a +\n cast(b as int)", {"f", 3, 7, 0});
  const Expression& sum = **parsed;
  CHECK(sum.origin.line == 3);
  CHECK(sum.origin.column == 7);
  CHECK(sum.origin.length == 19);
  const Expression& cast = *std::get<Function>(sum.node).arguments[1];
  CHECK(cast.origin.line == 4);
  CHECK(cast.origin.column == 2);
  CHECK(cast.origin.length == 14);
}

TEST_CASE("nesting up to 256 levels parses and deeper nesting is an error") {
  CHECK(sql(repeated("(", 255) + "1" + repeated(")", 255)) == "1");
  CHECK(sql(repeated("(", 256) + "1" + repeated(")", 256)) ==
        "PARSE_SYNTAX_ERROR: Expression is nested deeper than 256 levels");
  for (const char* opener :
       {"(", "NOT ", "- ", "f(", "CASE WHEN ", "a IN (", "x -> ", "array(1)["}) {
    INFO(opener);
    CHECK(!parse_expression(repeated(opener, 50'000) + "1").ok());
  }
}

TEST_CASE("long chains of operators are bounded and lists are not") {
  CHECK(parse_expression("a" + repeated(" + a", 900)).ok());
  CHECK(sql("a" + repeated(" OR a", 20'000)).find("more than 1000 levels") != std::string::npos);
  CHECK(parse_expression("a IN (1" + repeated(", 1", 20'000) + ")").ok());
}

TEST_CASE("nested calls of every kind parse in linear time") {
  // An exponential parser or printer would never return from these.
  for (const char* opener : {"trim(", "f(x -> ", "substring(", "cast(", "coalesce(", "overlay("}) {
    const std::string cast_end = std::string(opener) == "cast(" ? " as int)" : ")";
    const auto parsed = parse_expression(repeated(opener, 80) + "a" + repeated(cast_end, 80));
    INFO(opener);
    REQUIRE(parsed.ok());
    CHECK(to_sql(**parsed).size() > 80);
    CHECK(column_name(**parsed).size() > 80);
  }
}

TEST_CASE("bytes that are no text are an error, not a crash") {
  for (const char* text :
       {"\xff\xfe", "a \xc3", "'\xff", "`\x80", "a + \x01", "/* open", "$", "\\"}) {
    INFO(text);
    CHECK(!parse_expression(std::string(text) + " +").ok());
  }
  CHECK(!parse_expression(std::string("a\0b", 3)).ok());
}
