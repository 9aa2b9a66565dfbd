// dateFormat, timestampFormat and timestampNTZFormat, and records of several lines.
#include "tests/unit/records/formats/decode.hpp"

using namespace millrace;

namespace {

const char* const kTimes = "d DATE, t TIMESTAMP, n TIMESTAMP_NTZ";

Options patterns() {
  return options_of({{"dateFormat", "dd.MM.yyyy"},
                     {"timestampFormat", "dd.MM.yyyy HH:mm:ss XXX"},
                     {"timestampNTZFormat", "yyyy/MM/dd HH:mm"}});
}

std::string decoded(const std::string& format, const std::string& schema, const std::string& text,
                    Options options) {
  DecodeRun run{format, schema};
  run.options = std::move(options);
  return run(text);
}

/// Decodes JSON lines without patterns and writes the rows with `options`.
std::string written(const std::string& format, const std::string& schema, const std::string& text,
                    const Options& options) {
  const auto schema_ptr = std::make_shared<const Schema>(*parse_schema(schema));
  const auto pool = RecordPool::create();
  RecordBatch batch = pool->make_batch(schema_ptr);
  const auto decoder = make_decoder("json", schema_ptr, {});
  REQUIRE(decoder.ok());
  const std::string padded = text + std::string(kDecodePadding, '\n');
  REQUIRE((*decoder)->decode({padded.data(), text.size()}, true, 64, batch, ColumnRef()).ok());
  FormatSettings settings;
  settings.options = options;
  const auto encoder = make_encoder(format, schema_ptr, settings);
  REQUIRE(encoder.ok());
  std::string out;
  (*encoder)->encode(batch, out);
  return out;
}

}  // namespace

TEST_CASE("dates and timestamps are read by the patterns of the options") {
  const std::string rows =
      "{\"d\":\"2024-03-09\",\"t\":\"2024-03-09T12:00:05.000Z\",\"n\":\"2024-03-09T08:15:00.000\"}\n";

  CHECK(decoded("json", kTimes,
                "{\"d\":\"09.03.2024\",\"t\":\"09.03.2024 14:00:05 +02:00\",\"n\":\"2024/03/09 08:15\"}\n",
                patterns()) == rows);
  CHECK(decoded("csv", kTimes, "09.03.2024,09.03.2024 14:00:05 +02:00,2024/03/09 08:15\n",
                patterns()) == rows);
}

TEST_CASE("a text that is not of the pattern is malformed, though it would be right without one") {
  const std::string schema = std::string(kTimes) + ", _corrupt_record STRING";
  const std::string line = "{\"d\":\"2024-03-09\"}";

  CHECK(decoded("json", schema, line, patterns()) ==
        "{\"d\":null,\"t\":null,\"n\":null,\"_corrupt_record\":\"{\\\"d\\\":\\\"2024-03-09\\\"}\"}\n");
  CHECK(decoded("csv", "d DATE", "2024-03-09\n", patterns()) == "{\"d\":null}\n");
}

TEST_CASE("numbers are seconds also where timestamps have a pattern") {
  CHECK(decoded("json", "t TIMESTAMP", "{\"t\":5}\n", patterns()) ==
        "{\"t\":\"1970-01-01T00:00:05.000Z\"}\n");
}

TEST_CASE("dates and timestamps are written by the patterns of the options, nested ones too") {
  const std::string text =
      "{\"d\":\"2024-03-09\",\"t\":\"2024-03-09T12:00:05.500Z\",\"n\":\"2024-03-09T08:15:30\"}\n";

  CHECK(written("json", kTimes, text, patterns()) ==
        "{\"d\":\"09.03.2024\",\"t\":\"09.03.2024 12:00:05 Z\",\"n\":\"2024/03/09 08:15\"}\n");
  CHECK(written("csv", kTimes, text, patterns()) ==
        "09.03.2024,09.03.2024 12:00:05 Z,2024/03/09 08:15\n");
  CHECK(written("json", "s STRUCT<d: DATE>, a ARRAY<DATE>",
                "{\"s\":{\"d\":\"2024-03-09\"},\"a\":[\"2024-03-10\"]}\n", patterns()) ==
        "{\"s\":{\"d\":\"09.03.2024\"},\"a\":[\"10.03.2024\"]}\n");
}

TEST_CASE("timestamps with a pattern are of the option's zone") {
  const Options options =
      options_of({{"timestampFormat", "yyyy-MM-dd HH:mm"}, {"timeZone", "Asia/Tokyo"}});

  CHECK(decoded("json", "t TIMESTAMP", "{\"t\":\"1970-01-01 09:00\"}\n", options) ==
        "{\"t\":\"1970-01-01T00:00:00.000Z\"}\n");
  CHECK(written("json", "t TIMESTAMP", "{\"t\":\"1970-01-01T00:00:00Z\"}\n", options) ==
        "{\"t\":\"1970-01-01 09:00\"}\n");
}

TEST_CASE("a pattern that Spark refuses is an error of its option") {
  const auto schema = std::make_shared<const Schema>(*parse_schema("d DATE"));
  FormatSettings settings;
  settings.options = options_of({{"dateFormat", "YYYY"}});

  const auto decoder = make_decoder("json", schema, settings);

  REQUIRE_FALSE(decoder.ok());
  CHECK(decoder.error().kind == ErrorKind::Config);
  CHECK(decoder.error().error_class ==
        "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN");
  CHECK(decoder.error().notes == std::vector<std::string>{"in option `dateFormat`"});
}

TEST_CASE("with multiLine a whole file is one object, whatever its lines are") {
  DecodeRun run{"json", "a INT, b STRING"};
  run.options = options_of({{"multiLine", "true"}});
  const std::string text = "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n";

  CHECK(run(text) == "{\"a\":1,\"b\":\"x\"}\n");
  run.piece = 3;
  CHECK(run(text) == "{\"a\":1,\"b\":\"x\"}\n");
}

TEST_CASE("with multiLine an array gives a row for each element") {
  CHECK(decoded("json", "a INT", "[\n {\"a\": 1},\n {\"a\":\n 2}\n]", options_of({{"multiLine", "true"}})) ==
        "{\"a\":1}\n{\"a\":2}\n");
}

TEST_CASE("with multiLine a broken file is one bad record") {
  CHECK(decoded("json", "a INT, _corrupt_record STRING", "{\"a\":\n1,,}",
                options_of({{"multiLine", "true"}})) ==
        "{\"a\":null,\"_corrupt_record\":\"{\\\"a\\\":\\n1,,}\"}\n");
}
