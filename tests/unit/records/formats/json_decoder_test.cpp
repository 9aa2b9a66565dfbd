#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/records/formats/decode.hpp"

using namespace millrace;

namespace {

const std::string kCases = "tests/fixtures/spark/cases/";

std::string file_text(const std::string& path) {
  std::ifstream file(kCases + path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

std::string json(std::string_view schema, std::string_view text, Options options = {}) {
  DecodeRun run{"json", std::string(schema)};
  run.options = std::move(options);
  return run(text);
}

}  // namespace

TEST_CASE("broken JSON lines go to the corrupt column as in Spark") {
  DecodeRun run{"json", "id INT, x STRING, _corrupt_record STRING"};
  const std::string input = file_text("rows/bad-json-permissive/input/t/0.jsonl");
  const std::string expected = file_text("rows/bad-json-permissive/expected/0.jsonl");

  CHECK(sorted_lines(run(input)) == expected);
  run.owned = false;
  CHECK(sorted_lines(run(input)) == expected);
  run.piece = 1;
  CHECK(sorted_lines(run(input)) == expected);
  run.max_rows = 2;
  CHECK(sorted_lines(run(input)) == expected);
}

TEST_CASE("timestamps in JSON have all of Spark's forms") {
  const std::string expected = file_text("rows/json-timestamps/expected/0.jsonl");
  std::string rows = sorted_lines(
      json("k STRING, ts TIMESTAMP", file_text("rows/json-timestamps/input/events/0.jsonl")));

  std::string without_text;
  for (std::size_t at = 0; at < expected.size(); at = expected.find('\n', at) + 1) {
    const std::string line = expected.substr(at, expected.find('\n', at) - at);
    without_text += line.substr(0, line.find(",\"text\"")) + "}\n";
  }
  CHECK(rows == without_text);
}

TEST_CASE("JSON files have arrays, several objects in a line and all line ends") {
  for (int file = 0; file < 5; ++file) {
    const std::string name = "file-source/json-array-and-lines/";
    CHECK(json("id INT", file_text(name + "input/" + std::to_string(file))) ==
          file_text(name + "expected/" + std::to_string(file) + ".jsonl"));
  }
}

TEST_CASE("FAILFAST stops at a broken line and names it") {
  const Options failfast = options_of({{"mode", "FAILFAST"}});
  CHECK(json("id INT", "{\"id\":1}\n{broken\n{\"id\":2}\n", failfast) ==
        "{\"id\":1}\nerror: MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  std::vector<std::string> bad;
  DecodeRun run{"json", "id INT"};
  run.options = failfast;
  run.on_bad_record = [&](const BadRecord& record) { bad.emplace_back(record.bytes); };
  CHECK(run("{\"id\":1}\n{broken\n{\"id\":\"x\"}\n{\"id\":2}\n") == "{\"id\":1}\n{\"id\":2}\n");
  CHECK(bad == std::vector<std::string>{"{broken", "{\"id\":\"x\"}"});
}

TEST_CASE("DROPMALFORMED drops broken lines and leaves no trace of them") {
  CHECK(json("a INT, b STRUCT<x: INT, y: STRING>",
             "{\"a\":\"no\"}\n{\"a\":1,\"b\":{\"x\":2,\"y\":\"z\"}}\n{\"a\":3,\"b\":{\"x\":null}\n",
             options_of({{"mode", "dropMalformed"}})) ==
        "{\"a\":1,\"b\":{\"x\":2,\"y\":\"z\"}}\n");
}

TEST_CASE("nested JSON is read into nested columns") {
  const char* schema =
      "l ARRAY<STRUCT<n: INT, t: ARRAY<STRING>>>, m MAP<STRING, DOUBLE>, s STRUCT<a: STRUCT<b: "
      "BOOLEAN>>";
  const std::string whole =
      "{\"l\":[{\"n\":1,\"t\":[\"x\",null]},null,{\"n\":2,\"t\":[]}],\"m\":{\"k\":1.5,\"n\":null},"
      "\"s\":{\"a\":{\"b\":true}}}\n";
  const std::string empty = "{\"l\":null,\"m\":null,\"s\":null}\n";
  CHECK(json(schema, whole + "{}\n" + whole) == whole + empty + whole);
}

TEST_CASE("a wrong type spoils its own field only") {
  CHECK(json("a TINYINT, b BOOLEAN, c ARRAY<INT>, d STRUCT<x: INT>, e DECIMAL(4,2), f DATE",
             "{\"a\":128,\"b\":\"true\",\"c\":[1,\"x\",2],\"d\":{\"x\":[]},\"e\":123.4,\"f\":7}\n"
             "{\"a\":-128,\"b\":false,\"c\":{},\"d\":[],\"e\":\"1.005\",\"f\":\"2024-02-29\"}\n") ==
        "{\"a\":null,\"b\":null,\"c\":null,\"d\":{\"x\":null},\"e\":null,\"f\":null}\n"
        "{\"a\":-128,\"b\":false,\"c\":null,\"d\":null,\"e\":1.01,\"f\":\"2024-02-29\"}\n");
}

TEST_CASE("every part of a JSON line is looked at, also where no column is") {
  for (const char* bad :
       {"{\"a\":1,\"b\":nope}", "{\"a\":1,\"b\":[1,}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":01}",
        "{\"a\":1,\"b\":tru}", "{\"a\":1", "{\"a\":1,\"b\":{\"c\":}}", "[{\"a\":1},2]", "{\"a\"}",
        "{\"a\":1,\"b\":\"x}", "{\"a\":\"\xFF\"}", "{\"a\":1,\"b\":1.}", "17", "}"}) {
    INFO(bad);
    CHECK(json("a BIGINT, _corrupt_record STRING", std::string(bad) + "\n{\"a\":5}").find(
              "{\"a\":null,\"_corrupt_record\":\"") == 0);
  }
}

TEST_CASE("what Jackson reads beyond JSON is read too") {
  CHECK(json("a STRING, d DOUBLE", "{'a':'it''','d':1}\n{'a':'x\"y','d':NaN}\n{\"a\":\"b\",\"d\":-INF}") ==
        "{\"a\":null,\"d\":null}\n{\"a\":\"x\\\"y\",\"d\":\"NaN\"}\n{\"a\":\"b\",\"d\":\"-Infinity\"}\n");
  CHECK(json("a DOUBLE", "{\"a\":\"NaN\"}\n{\"a\":1e400}\n{\"a\":\"1.5\"}\n") ==
        "{\"a\":\"NaN\"}\n{\"a\":\"Infinity\"}\n{\"a\":null}\n");
  CHECK(json("a INT", "{\"a\":3} trailing {") == "{\"a\":3}\n");
}

TEST_CASE("keys are found by any order, escapes and repetition") {
  CHECK(json("a INT, b INT", "{\"b\":2,\"a\":1}\n{\"a\":1,\"b\":2}\n{\"x\":0,\"\\u0061\":3}\n"
                             "{\"a\":1,\"a\":2}\n{\"a\":\"x\",\"a\":4}\n{\"A\":1}\n") ==
        "{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":null}\n{\"a\":2,\"b\":null}\n"
        "{\"a\":4,\"b\":null}\n{\"a\":null,\"b\":null}\n");
  const std::string long_name(200, 'n');
  CHECK(json(long_name + " INT", "{\"" + long_name + "\":1}\n{\"" + long_name + "\":2}\n") ==
        "{\"" + long_name + "\":1}\n{\"" + long_name + "\":2}\n");
}

TEST_CASE("strings keep escapes, raw values and bytes") {
  CHECK(json("s STRING", "{\"s\":\"q\\\"\\\\\\n\\u00e9\\ud83d\\ude00\"}\n{\"s\":1.50}\n{\"s\":[1, 2] }\n"
                         "{\"s\":true}\n{\"s\":\"\"}\n") ==
        "{\"s\":\"q\\\"\\\\\\né😀\"}\n{\"s\":\"1.50\"}\n{\"s\":\"[1, 2]\"}\n{\"s\":\"true\"}\n"
        "{\"s\":\"\"}\n");
  CHECK(json("b BINARY", "{\"b\":\"AP9B\"}\n{\"b\":\"?\"}\n{\"b\":\"\"}\n") ==
        "{\"b\":\"AP9B\"}\n{\"b\":null}\n{\"b\":\"\"}\n");
}

TEST_CASE("hostile JSON is a bad record") {
  const std::string deep(1'000'000, '[');
  CHECK(json("a INT", "{\"a\":" + deep + "\n{\"a\":1}\n") == "{\"a\":null}\n{\"a\":1}\n");
  CHECK(json("a INT", "{\"x\":" + deep + std::string(1'000'000, ']') + "}\n{\"a\":1}\n") ==
        "{\"a\":null}\n{\"a\":1}\n");
  CHECK(json("a STRING", "{\"a\":" + deep + std::string(1'000'000, ']') + "}\n{\"a\":1}\n") ==
        "{\"a\":null}\n{\"a\":\"1\"}\n");
  DecodeRun run{"json", "a INT"};
  run.max_record_bytes = 100;
  CHECK(run("{\"a\":1,\"x\":\"" + std::string(200, 'x') + "\"}\n{\"a\":2}\n") ==
        "{\"a\":null}\n{\"a\":2}\n");
}

TEST_CASE("a JSON schema with map keys that are no strings is refused") {
  CHECK(json("m MAP<INT, INT>", "").starts_with("error: "));
}

TEST_CASE("a line like the one before is read as the parser reads it") {
  const std::string schema =
      "i INT, s STRING, d DOUBLE, t TIMESTAMP, f BOOLEAN, m DECIMAL(5,2), l ARRAY<INT>, bad STRING";
  const std::vector<std::string> keys{"i", "s", "other", "d", "t", "f", "m", "l"};
  const std::vector<std::string> usual{"7",    R"("text")", "1", "0.5", R"("2024-01-02 03:04:05")",
                                       "true", "1.25",      "null"};
  const std::vector<std::string> values{
      "0", "-1", "01", "1.", ".5", "1e3", "-", "", "2147483648", "99999999999999999999", "1.005",
      "null", "nul", "true", "false", "True", "NaN", R"("")", R"("a")", R"("NaN")", R"("2024-02-30")",
      R"("2024-02-03")", R"("1.5")", R"("a\"b")", R"("a\u0041")", "\"\xC3\xA9\"", "\"\xFF\"",
      "\"tab\t\"", R"("open)", R"("16 bytes of text")", R"("more than 16 bytes, }")", "[1]", "{}",
      "1 ", R"("a" )", "1}", "1,\"i\":2"};
  const auto line = [&](const std::string& start, std::size_t at, const std::string& value) {
    std::string text = start;
    for (std::size_t i = 0; i < keys.size(); ++i)
      text += (i ? ",\"" : "\"") + keys[i] + "\":" + (i == at ? value : usual[i]);
    return text + "}\n";
  };
  const auto last_row = [&](const std::string& start, std::size_t at, const std::string& value) {
    // The first line shows the keys; a blank behind the bracket keeps the quick way out.
    const std::string rows = json(schema, line(start, keys.size(), "") + line(start, at, value),
                                  options_of({{"columnNameOfCorruptRecord", "bad"}}));
    std::string row = rows.substr(rows.find('\n') + 1);
    const std::size_t blank = row.find("{ ");
    return blank == std::string::npos ? row : row.erase(blank + 1, 1);
  };

  for (std::size_t at = 0; at < keys.size(); ++at)
    for (const std::string& value : values) {
      INFO(keys[at] << ": " << value);
      CHECK(last_row("{", at, value) == last_row("{ ", at, value));
    }
}
