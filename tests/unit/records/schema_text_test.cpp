#include "records/schema_text.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

std::string ddl(std::string_view text) {
  Result<Schema> schema = parse_schema(text);
  return schema ? to_ddl(*schema) : schema.error().error_class + ": " + schema.error().message;
}

}  // namespace

TEST_CASE("a schema text is read in every spelling that Spark takes") {
  CHECK(ddl("a INT NOT NULL, b array<struct<x: double>> COMMENT 'c'") ==
        "a INT NOT NULL,b ARRAY<STRUCT<x: DOUBLE>>");
  CHECK(ddl("a long, b byte, c short, d integer, e real, f dec, g numeric(5), h varchar(3)") ==
        "a BIGINT,b TINYINT,c SMALLINT,d INT,e FLOAT,f DECIMAL(10,0),g DECIMAL(5,0),h STRING");
  CHECK(ddl("a: map<string, interval day to second>, b interval year") ==
        "a MAP<STRING, INTERVAL DAY TO SECOND>,b INTERVAL YEAR");
  CHECK(ddl("") == "");
}

TEST_CASE("odd names are kept by backquotes") {
  CHECK(ddl("`a b` INT, `x``y` struct<`1 2`: int>") == "`a b` INT,`x``y` STRUCT<`1 2`: INT>");
}

TEST_CASE("the JSON of a StructType is a schema too") {
  const char* json = R"json({"type":"struct","fields":[
      {"name":"a","type":"integer","nullable":false,"metadata":{}},
      {"name":"d","type":"decimal(10,2)","nullable":true,"metadata":{}},
      {"name":"l","type":{"type":"array","elementType":"long","containsNull":true}},
      {"name":"m","type":{"type":"map","keyType":"string","valueType":"timestamp_ntz"}},
      {"name":"s","type":{"type":"struct","fields":[{"name":"x","type":"date"}]}}]})json";

  CHECK(ddl(json) ==
        "a INT NOT NULL,d DECIMAL(10,2),l ARRAY<BIGINT>,m MAP<STRING, TIMESTAMP_NTZ>,"
        "s STRUCT<x: DATE>");
  CHECK(ddl("{\"type\":\"struct\"}").starts_with("PARSE_SYNTAX_ERROR"));
  CHECK(ddl("{broken").starts_with("PARSE_SYNTAX_ERROR"));
}

TEST_CASE("an unknown type names the nearest one and its place") {
  Result<Schema> schema = parse_schema("a INT,\n  b Strng");

  REQUIRE(!schema);
  CHECK(schema.error().error_class == "UNSUPPORTED_DATATYPE");
  CHECK(schema.error().message == "Unsupported data type \"STRNG\".");
  CHECK(schema.error().fix == "did you mean 'string'?");
  CHECK(schema.error().origin.line == 2);
  CHECK(schema.error().origin.column == 5);
  CHECK(schema.error().origin.length == 5);
}

TEST_CASE("a broken schema text is a syntax error") {
  CHECK(ddl("a INT b INT") == "PARSE_SYNTAX_ERROR: Syntax error at or near 'b'.");
  CHECK(ddl("a") == "PARSE_SYNTAX_ERROR: Syntax error at or near end of input");
  CHECK(ddl("a INT,") == "PARSE_SYNTAX_ERROR: Syntax error at or near end of input");
  CHECK(ddl("a array<int") == "PARSE_SYNTAX_ERROR: Syntax error at or near end of input");
  CHECK(ddl("`a INT").starts_with("PARSE_SYNTAX_ERROR"));
  CHECK(ddl("a decimal(39,2)").starts_with("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"));
  CHECK(ddl("a interval second to day").starts_with("PARSE_SYNTAX_ERROR"));
}

TEST_CASE("a schema nested without end is refused") {
  std::string text = "a ";
  for (int i = 0; i < 1'000'000; ++i) text += "array<";

  CHECK(!parse_schema(text));
}
