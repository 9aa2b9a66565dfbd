#include "tests/unit/records/formats/decode.hpp"

using namespace millrace;

namespace {

std::string values(std::string_view text, std::size_t piece = std::string::npos, bool owned = true) {
  DecodeRun run{"text", "value STRING"};
  run.piece = piece;
  run.owned = owned;
  return run(text);
}

}  // namespace

TEST_CASE("text lines end with LF, CR LF or CR") {
  const std::string input = "one\ntwo\r\nthree\rfour\n\nlast";
  const std::string expected =
      "{\"value\":\"one\"}\n{\"value\":\"two\"}\n{\"value\":\"three\"}\n{\"value\":\"four\"}\n"
      "{\"value\":\"\"}\n{\"value\":\"last\"}\n";
  CHECK(values(input) == expected);
  for (std::size_t piece = 1; piece < 8; ++piece) {
    CHECK(values(input, piece) == expected);
    CHECK(values(input, piece, false) == expected);
  }
}

TEST_CASE("a text file without a last line end or with nothing in it") {
  CHECK(values("") == "");
  CHECK(values("\n") == "{\"value\":\"\"}\n");
  CHECK(values("a\r") == "{\"value\":\"a\"}\n");
  CHECK(values("\xEF\xBB\xBFx\n\xEF\xBB\xBFy") == "{\"value\":\"x\"}\n{\"value\":\"\xEF\xBB\xBFy\"}\n");
}

TEST_CASE("a line separator of one's own leaves other line ends alone") {
  DecodeRun run{"text", "value STRING"};
  run.options = options_of({{"lineSep", "|"}});
  CHECK(run("a\nb|c") == "{\"value\":\"a\\nb\"}\n{\"value\":\"c\"}\n");
}

TEST_CASE("a text line beyond the limit is a bad record") {
  DecodeRun run{"text", "value STRING"};
  run.max_record_bytes = 3;
  CHECK(run("abcd\nx\n").starts_with("error: "));
  int num_bad = 0;
  run.on_bad_record = [&](const BadRecord&) { ++num_bad; };
  CHECK(run("abcd\nx\n") == "{\"value\":\"x\"}\n");
  CHECK(num_bad == 1);
}

TEST_CASE("text of a hundred million bytes is one value") {
  const std::string padded(100'000'000 + kDecodePadding, 'x');
  const std::string_view line(padded.data(), 100'000'000);
  const auto schema = std::make_shared<const Schema>(*parse_schema("value STRING"));
  FormatSettings settings;
  settings.max_record_bytes = line.size();
  auto decoder = make_decoder("text", schema, settings);
  REQUIRE(decoder);
  auto pool = RecordPool::create();
  RecordBatch batch = pool->make_batch(schema);

  const auto used = (*decoder)->decode(line, true, 10, batch, ColumnRef());

  REQUIRE(used);
  CHECK(*used == line.size());
  CHECK(batch.column(0).at<std::string_view>(0).size() == line.size());
}

TEST_CASE("text holds one string column only") {
  CHECK(DecodeRun{"text", "a STRING, b STRING"}("").starts_with("error: "));
  CHECK(DecodeRun{"text", "a INT"}("") == "error: UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  CHECK(DecodeRun{"jsn", "a INT"}("") == "error: DATA_SOURCE_NOT_FOUND");
}
