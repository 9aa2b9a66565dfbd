#include "tests/unit/records/formats/decode.hpp"

using namespace millrace;

namespace {

std::string csv(std::string_view schema, std::string_view text, Options options = {}) {
  DecodeRun run{"csv", std::string(schema)};
  run.options = std::move(options);
  const std::string rows = run(text);
  run.owned = false;
  run.piece = 3;
  run.max_rows = 1;
  CHECK(run(text) == rows);
  return rows;
}

}  // namespace

TEST_CASE("CSV columns go by position behind a header") {
  CHECK(csv("s STRING, t STRING", "t,s\nx,1\n", options_of({{"header", "true"}})) ==
        "{\"s\":\"x\",\"t\":\"1\"}\n");
}

TEST_CASE("CSV fields that do not fit become NULL as in Spark") {
  CHECK(csv("name STRING, age INT, score DOUBLE",
            "LiLei,12,75.5\n\"Han, Mei\",16,90\nLily,,68.0\nJustin,abc,87.0\nAndy,17\n"
            "\"\",1,\" 2.5\"\n,2,3\n\nX,3,4,5\n") ==
        "{\"name\":\"LiLei\",\"age\":12,\"score\":75.5}\n"
        "{\"name\":\"Han, Mei\",\"age\":16,\"score\":90.0}\n"
        "{\"name\":\"Lily\",\"age\":null,\"score\":68.0}\n"
        "{\"name\":\"Justin\",\"age\":null,\"score\":87.0}\n"
        "{\"name\":\"Andy\",\"age\":17,\"score\":null}\n"
        "{\"name\":null,\"age\":1,\"score\":2.5}\n"
        "{\"name\":null,\"age\":2,\"score\":3.0}\n"
        "{\"name\":\"X\",\"age\":3,\"score\":4.0}\n");
}

TEST_CASE("a bad CSV line goes to the corrupt column, is dropped or ends the reading") {
  const char* text = "1,a\nx,b\n3\n4,d\n";
  CHECK(csv("n INT, _corrupt_record STRING, s STRING", text) ==
        "{\"n\":1,\"_corrupt_record\":null,\"s\":\"a\"}\n"
        "{\"n\":null,\"_corrupt_record\":\"x,b\",\"s\":\"b\"}\n"
        "{\"n\":3,\"_corrupt_record\":\"3\",\"s\":null}\n"
        "{\"n\":4,\"_corrupt_record\":null,\"s\":\"d\"}\n");
  CHECK(csv("n INT, s STRING", text, options_of({{"mode", "DROPMALFORMED"}})) ==
        "{\"n\":1,\"s\":\"a\"}\n{\"n\":4,\"s\":\"d\"}\n");
  CHECK(csv("n INT, s STRING", text, options_of({{"mode", "failfast"}})) ==
        "{\"n\":1,\"s\":\"a\"}\nerror: MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
}

TEST_CASE("CSV quotes are undone, odd ones kept as written") {
  CHECK(csv("a STRING, b STRING", "\"x\\\"y\",\"p,q\"\n\"a\"\"b\",c\n\"back\\\\\" ,\\n\n\"open,z\n") ==
        "{\"a\":\"x\\\"y\",\"b\":\"p,q\"}\n"
        "{\"a\":\"\\\"a\\\"\\\"b\\\"\",\"b\":\"c\"}\n"
        "{\"a\":\"back\\\\\",\"b\":\"\\\\n\"}\n"
        "{\"a\":\"open,z\",\"b\":null}\n");
}

TEST_CASE("CSV options change the characters and the text of NULL") {
  CHECK(csv("a STRING, b INT", "'x;y';NA\n", options_of({{"sep", ";"}, {"quote", "'"}, {"nullValue", "NA"}})) ==
        "{\"a\":\"x;y\",\"b\":null}\n");
  CHECK(csv("a INT, b INT", "1\t2\n", options_of({{"sep", "\\t"}})) == "{\"a\":1,\"b\":2}\n");
  CHECK(csv("a INT", "1\n", options_of({{"header", "maybe"}})).starts_with("error: "));
  CHECK(csv("a ARRAY<INT>", "1\n") == "error: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
}

TEST_CASE("CSV has every plain type") {
  CHECK(csv("a BOOLEAN, b DECIMAL(5,2), c DATE, d TIMESTAMP, e FLOAT, f BIGINT",
            "True,1.005,2024-2-9,2024-03-01 10:00:00.5,Inf,-9\nt, 1,x,10,NaN, 9\n") ==
        "{\"a\":true,\"b\":1.01,\"c\":\"2024-02-09\",\"d\":\"2024-03-01T10:00:00.500Z\","
        "\"e\":\"Infinity\",\"f\":-9}\n"
        "{\"a\":null,\"b\":1.00,\"c\":null,\"d\":null,\"e\":\"NaN\",\"f\":null}\n");
}
