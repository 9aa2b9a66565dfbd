#include "records/value_text.hpp"

#include <limits>

#include "records/schema_text.hpp"
#include "records/utf8.hpp"
#include "records/value.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

using Values = std::vector<Value>;

Value text_value(std::string text) { return {TypeKind::String, std::move(text)}; }
Value int_value(std::int64_t number) { return {TypeKind::Int, number}; }
Value null_value() { return {}; }

struct Sample {
  RecordPool::Owner pool = RecordPool::create();
  ColumnRef column;

  Sample(std::string_view type, Value value) : column(pool->make_column(*parse_type(type))) {
    append_value(*column, value);
  }
  std::string text(const TextStyle& style = {}) const {
    std::string out;
    append_text(out, *column, 0, style);
    return out;
  }
  std::string json(const JsonStyle& style = {}) const {
    std::string out;
    append_json(out, *column, 0, style);
    return out;
  }
};

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("nested values look as Spark casts them to a string") {
  CHECK(Sample("array<string>", {{}, Values{text_value("a"), null_value(), text_value("b c")}}).text() ==
        "[a, null, b c]");
  CHECK(Sample("map<string,int>", {{}, Values{text_value("k"), int_value(1), text_value("n"),
                                              null_value()}})
            .text() == "{k -> 1, n -> null}");
  CHECK(Sample("struct<a:int,b:int,c:string>",
               {{}, Values{int_value(1), null_value(), text_value("x")}})
            .text() == "{1, null, x}");
  CHECK(Sample("array<void>", {{}, Values{}}).text() == "[]");
}

TEST_CASE("the console's style shows NULL and bytes its own way") {
  TextStyle style;
  style.null_text = "NULL";
  style.binary_as_hex = true;
  CHECK(Sample("array<int>", {{}, Values{null_value()}}).text(style) == "[NULL]");
  CHECK(Sample("binary", {{}, std::string("aJ\xFF")}).text(style) == "[61 4A FF]");
  CHECK(Sample("int", null_value()).text(style) == "NULL");
}

TEST_CASE("values look as Spark's JSON writer has them") {
  CHECK(Sample("double", {{}, 1e10}).json() == "1.0E10");
  CHECK(Sample("double", {{}, std::numeric_limits<double>::quiet_NaN()}).json() == "\"NaN\"");
  CHECK(Sample("float", {{}, -std::numeric_limits<double>::infinity()}).json() == "\"-Infinity\"");
  CHECK(Sample("decimal(4,2)", {{}, Int128{1230}}).json() == "12.30");
  CHECK(Sample("date", {{}, std::int64_t{19782}}).json() == "\"2024-02-29\"");
  CHECK(Sample("timestamp", {{}, std::int64_t{1'123'456}}).json() == "\"1970-01-01T00:00:01.123Z\"");
  CHECK(Sample("timestamp_ntz", {{}, std::int64_t{1'500'000}}).json() ==
        "\"1970-01-01T00:00:01.500\"");
  CHECK(Sample("binary", {{}, std::string("\x00\xFF"
                                          "A",
                                          3)})
            .json() == "\"AP9B\"");
  CHECK(Sample("interval day", {{}, std::int64_t{86'400'000'000}}).json() ==
        "\"INTERVAL '1' DAY\"");
  CHECK(Sample("map<int,int>", {{}, Values{int_value(1), int_value(2)}}).json() == "{\"1\":2}");
  CHECK(Sample("array<int>", {{}, Values{int_value(1), null_value()}}).json() == "[1,null]");
  CHECK(Sample("boolean", {{}, true}).json() == "true");
}

TEST_CASE("NULL fields are left out of a JSON object unless asked for") {
  Sample sample("struct<a:int,b:int,c:int>", {{}, Values{null_value(), int_value(1), null_value()}});
  CHECK(sample.json() == "{\"b\":1}");
  CHECK(sample.json({.zone = {}, .ignore_null_fields = false}) ==
        "{\"a\":null,\"b\":1,\"c\":null}");
}

TEST_CASE("JSON strings are escaped as Jackson does") {
  CHECK(quoted("q\"\\/\n\t\x01\x7f") == "\"q\\\"\\\\/\\n\\t\\u0001\x7f\"");
  CHECK(quoted("é😀") == "\"é😀\"");
  CHECK(quoted("") == "\"\"");
}

TEST_CASE("bytes that are no UTF-8 become replacement characters") {
  CHECK(quoted("a\xFF"
               "b") == "\"a\xEF\xBF\xBD"
                       "b\"");
  CHECK(quoted("\xE4\xB8") == "\"\xEF\xBF\xBD\"");          // a cut sequence is one part
  CHECK(quoted("\xED\xA0\x80").size() == 2 + 3 * 3);        // a surrogate is three
  CHECK(quoted("\xC0\xAF").size() == 2 + 2 * 3);            // an overlong form is two
  CHECK(!is_valid_utf8("\xF4\x90\x80\x80"));
  CHECK(is_valid_utf8("\xF4\x8F\xBF\xBF"));
}
