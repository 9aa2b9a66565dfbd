#include <limits>

#include "records/value.hpp"
#include "tests/unit/records/formats/decode.hpp"

using namespace millrace;

namespace {

const char* kSchema = "id INT, s STRING, d DOUBLE, ts TIMESTAMP";

/// The rows of the file sinks' golden outputs.
RecordBatch golden_rows(RecordPool& pool, const SchemaPtr& schema) {
  struct Row {
    std::int64_t id;
    Value::Storage s, d, ts;
  };
  const Value::Storage none;
  const Row rows[] = {
      {1, std::string("plain"), 1.5, std::int64_t{1'123'456}},
      {2, none, none, none},
      {3, std::string("q\"uo,te\nline"), 1e10, std::int64_t{-1'000'000}},
      {4, std::string(), std::numeric_limits<double>::quiet_NaN(), std::int64_t{1'700'000'000'000'000}},
      {5, std::string(" sp "), -0.0, std::int64_t{0}},
      {6, std::string("\\back\\"), 0.1, std::int64_t{2'000'000}},
      {7, std::string("中#'"), 100.0, std::int64_t{2'000'000}},
  };
  RecordBatch batch = pool.make_batch(schema);
  for (const Row& row : rows) {
    append_value(*batch.columns()[0], {TypeKind::Int, row.id});
    append_value(*batch.columns()[1], {TypeKind::String, row.s});
    append_value(*batch.columns()[2], {TypeKind::Double, row.d});
    append_value(*batch.columns()[3], {TypeKind::Timestamp, row.ts});
  }
  batch.set_num_physical_rows(7);
  return batch;
}

std::string encoded(std::string_view format, Options options = {}, bool select_two = false) {
  const auto schema = std::make_shared<const Schema>(*parse_schema(kSchema));
  auto pool = RecordPool::create();
  RecordBatch batch = golden_rows(*pool, schema);
  if (select_two) batch.start_selection() = {0, 6};
  FormatSettings settings;
  settings.options = std::move(options);
  auto encoder = make_encoder(format, schema, settings);
  if (!encoder) return "error: " + encoder.error().error_class;
  std::string out;
  (*encoder)->begin(out);
  (*encoder)->encode(batch, out);
  return out;
}

}  // namespace

TEST_CASE("JSON lines are Spark's byte for byte") {
  CHECK(encoded("json") ==
        "{\"id\":1,\"s\":\"plain\",\"d\":1.5,\"ts\":\"1970-01-01T00:00:01.123Z\"}\n{\"id\":2}\n"
        "{\"id\":3,\"s\":\"q\\\"uo,te\\nline\",\"d\":1.0E10,\"ts\":\"1969-12-31T23:59:59.000Z\"}\n"
        "{\"id\":4,\"s\":\"\",\"d\":\"NaN\",\"ts\":\"2023-11-14T22:13:20.000Z\"}\n"
        "{\"id\":5,\"s\":\" sp \",\"d\":-0.0,\"ts\":\"1970-01-01T00:00:00.000Z\"}\n"
        "{\"id\":6,\"s\":\"\\\\back\\\\\",\"d\":0.1,\"ts\":\"1970-01-01T00:00:02.000Z\"}\n"
        "{\"id\":7,\"s\":\"中#'\",\"d\":100.0,\"ts\":\"1970-01-01T00:00:02.000Z\"}\n");
}

TEST_CASE("CSV lines are Spark's byte for byte") {
  CHECK(encoded("csv") ==
        "1,plain,1.5,1970-01-01T00:00:01.123Z\n2,,,\n"
        "3,\"q\\\"uo,te\nline\",1.0E10,1969-12-31T23:59:59.000Z\n"
        "4,\"\",NaN,2023-11-14T22:13:20.000Z\n5,sp,-0.0,1970-01-01T00:00:00.000Z\n"
        "6,\\back\\,0.1,1970-01-01T00:00:02.000Z\n7,中#',100.0,1970-01-01T00:00:02.000Z\n");
}

TEST_CASE("encoders write selected rows, headers and NULLs as asked") {
  CHECK(encoded("csv", options_of({{"header", "true"}, {"sep", "|"}, {"timeZone", "+01:00"}}), true) ==
        "id|s|d|ts\n1|plain|1.5|1970-01-01T01:00:01.123+01:00\n"
        "7|中#'|100.0|1970-01-01T01:00:02.000+01:00\n");
  CHECK(encoded("json", options_of({{"ignoreNullFields", "false"}}))
            .find("{\"id\":2,\"s\":null,\"d\":null,\"ts\":null}") != std::string::npos);
  CHECK(encoded("json", options_of({{"timeZone", "Mars"}})) == "error: INVALID_TIMEZONE");
}

TEST_CASE("every format declares its options") {
  for (const char* format : {"text", "csv", "json"}) CHECK(!format_options(format).empty());
  CHECK(format_options("orc").empty());
}
