#include "records/arrow_c.hpp"

#include <cstring>

#include "records/schema_text.hpp"
#include "records/value.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

struct Exported {
  ArrowArray array;
  explicit Exported(const RecordBatch& batch) { REQUIRE(export_batch(batch, array).ok()); }
  ~Exported() { array.release(&array); }
};

RecordBatch three_rows(RecordPool& pool, const SchemaPtr& schema) {
  RecordBatch batch = pool.make_batch(schema);
  const char* texts[] = {"a", "", "xyz"};
  for (int i = 0; i < 3; ++i) {
    batch.columns()[0]->append_bytes(texts[i]);
    if (i == 1) batch.columns()[1]->append_null();
    else batch.columns()[1]->append<std::uint8_t>(1);
  }
  batch.set_num_physical_rows(3);
  return batch;
}

}  // namespace

TEST_CASE("text is exported as utf8 with offsets and booleans as bits") {
  auto pool = RecordPool::create();
  const auto schema = std::make_shared<const Schema>(*parse_schema("s STRING, b BOOLEAN"));
  RecordBatch batch = three_rows(*pool, schema);
  const Exported exported(batch);
  const ArrowArray& text = *exported.array.children[0];
  const ArrowArray& bits = *exported.array.children[1];

  REQUIRE(exported.array.length == 3);
  const auto* offsets = static_cast<const std::int32_t*>(text.buffers[1]);
  CHECK(std::vector<std::int32_t>(offsets, offsets + 4) == std::vector<std::int32_t>{0, 1, 1, 4});
  CHECK(std::string(static_cast<const char*>(text.buffers[2]), 4) == "axyz");
  CHECK(text.buffers[0] == nullptr);
  CHECK(bits.null_count == 1);
  CHECK(*static_cast<const unsigned char*>(bits.buffers[0]) == 0b101);
  CHECK(*static_cast<const unsigned char*>(bits.buffers[1]) == 0b101);
}

TEST_CASE("an exported schema has Arrow's formats") {
  ArrowSchema out;
  export_schema(*parse_schema("a BIGINT NOT NULL, t TIMESTAMP, d DECIMAL(10,2), m MAP<STRING, INT>"), out);

  CHECK(std::string(out.format) == "+s");
  REQUIRE(out.n_children == 4);
  CHECK(std::string(out.children[0]->format) == "l");
  CHECK(out.children[0]->flags == 0);
  CHECK(std::string(out.children[1]->format) == "tsu:UTC");
  CHECK(std::string(out.children[2]->format) == "d:10,2");
  CHECK(std::string(out.children[3]->format) == "+m");
  CHECK(std::string(out.children[3]->children[0]->children[1]->name) == "value");
  out.release(&out);
  CHECK(out.release == nullptr);
}

TEST_CASE("an array with an offset is imported from its offset on") {
  auto pool = RecordPool::create();
  const auto schema = std::make_shared<const Schema>(*parse_schema("s STRING, b BOOLEAN"));
  RecordBatch batch = three_rows(*pool, schema);
  Exported exported(batch);
  for (int c = 0; c < 2; ++c) {
    exported.array.children[c]->offset = 1;
    exported.array.children[c]->length = 2;
  }
  exported.array.length = 2;

  Result<RecordBatch> back = import_batch(exported.array, schema, *pool);

  REQUIRE(back);
  REQUIRE(back->num_rows() == 2);
  CHECK(back->column(0).at<std::string_view>(1) == "xyz");
  CHECK(back->column(1).is_null(0));
  CHECK(back->column(1).at<std::uint8_t>(1) == 1);
}

TEST_CASE("an array that does not fit its schema is refused") {
  auto pool = RecordPool::create();
  const auto schema = std::make_shared<const Schema>(*parse_schema("s STRING, b BOOLEAN"));
  const auto other = std::make_shared<const Schema>(*parse_schema("b BOOLEAN, s STRING"));
  const auto narrow = std::make_shared<const Schema>(*parse_schema("s STRING"));
  RecordBatch batch = three_rows(*pool, schema);
  const Exported exported(batch);

  CHECK(!import_batch(exported.array, other, *pool));
  CHECK(!import_batch(exported.array, narrow, *pool));
}

TEST_CASE("an Arrow type that records do not have is refused") {
  ArrowSchema out;
  export_schema(*parse_schema("a INT"), out);
  out.children[0]->format = "U";

  Result<Schema> schema = import_schema(out);

  REQUIRE(!schema);
  CHECK(schema.error().message == "arrow: unsupported type: 'U'");
  out.release(&out);
}
