#include "records/columnar/columnar_file.hpp"

#include "records/value.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace millrace;

namespace {

using Table = std::vector<std::vector<Value>>;

/// A file in /tmp, gone with the object.
class ScratchFile {
 public:
  ScratchFile() {
    char name[] = "/tmp/millrace-columnar-XXXXXX";
    ::close(::mkstemp(name));
    path_ = name;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

SchemaPtr shared(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

Value text(const std::string& value) { return {TypeKind::String, value}; }
Value number(std::int64_t value) { return {TypeKind::Long, value}; }
Value instant(std::int64_t micros) { return {TypeKind::Timestamp, micros}; }

RecordBatch batch_of(RecordPool& pool, const SchemaPtr& schema, const Table& rows) {
  RecordBatch batch = pool.make_batch(schema);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) append_value(*batch.columns()[c], row[c]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
  return batch;
}

/// The bytes of a file with these rows, in batches of two.
std::string encoded(const std::string& format, const SchemaPtr& schema, const Table& rows,
                    const std::string& compression = "") {
  FormatSettings settings;
  if (!compression.empty()) settings.options.set("compression", compression);
  auto encoder = make_columnar_encoder(format, schema, settings);
  REQUIRE(encoder.ok());
  const auto pool = RecordPool::create();
  std::string bytes;
  (*encoder)->begin(bytes);
  for (std::size_t at = 0; at < rows.size(); at += 2) {
    const Table two(rows.begin() + static_cast<std::ptrdiff_t>(at),
                   rows.begin() + static_cast<std::ptrdiff_t>(std::min(at + 2, rows.size())));
    (*encoder)->encode(batch_of(*pool, schema, two), bytes);
  }
  REQUIRE((*encoder)->end(bytes).ok());
  return bytes;
}

/// All rows as the JSON writer shows them, or the error.
std::string read_back(const std::string& format, const std::string& path, const SchemaPtr& schema,
                      std::size_t max_rows = 3) {
  const auto pool = RecordPool::create();
  auto reader = open_columnar_file(format, path, schema, *pool);
  if (!reader.ok()) return "error: " + reader.error().message;
  FormatSettings settings;
  settings.options.set("ignoreNullFields", "false");
  auto json = make_encoder("json", schema, settings);
  REQUIRE(json.ok());
  std::string out;
  for (;;) {
    auto rows = (*reader)->read(max_rows);
    if (!rows.ok()) return out + "error: " + rows.error().message;
    if (!*rows) return out;
    CHECK(rows->num_rows() <= max_rows);
    (*json)->encode(*rows, out);
  }
}

const SchemaPtr kNested = shared(
    {{{"id", TypeKind::Long},
      {"at", TypeKind::Timestamp},
      {"tags", DataType::array(TypeKind::String)},
      {"place", DataType::structure({{"city", TypeKind::String}, {"when", TypeKind::Timestamp}})},
      {"price", DataType::decimal(10, 2)}}});

Table nested_rows() {
  const Value none{TypeKind::Null, {}};
  const DataType tags = kNested->fields[2].type;
  const DataType place = kNested->fields[3].type;
  return {{number(1), instant(1'500'000), {tags, std::vector<Value>{text("a"), none}},
           {place, std::vector<Value>{text("Ulm"), instant(-1000)}},
           {DataType::decimal(10, 2), Int128{12345}}},
          {number(2), none, none, none, none},
          {none, instant(0), {tags, std::vector<Value>{}}, {place, std::vector<Value>{none, none}},
           {DataType::decimal(10, 2), Int128{-1}}}};
}

const std::string kNestedLines =
    R"({"id":1,"at":"1970-01-01T00:00:01.500Z","tags":["a",null],"place":{"city":"Ulm","when":"1969-12-31T23:59:59.999Z"},"price":123.45})"
    "\n"
    R"({"id":2,"at":null,"tags":null,"place":null,"price":null})"
    "\n"
    R"({"id":null,"at":"1970-01-01T00:00:00.000Z","tags":[],"place":{"city":null,"when":null},"price":-0.01})"
    "\n";

}  // namespace

TEST_CASE("without Arrow C++ the error says what is missing") {
  if (has_columnar_formats()) return;

  const auto schema = columnar_file_schema("parquet", "a.parquet");

  REQUIRE_FALSE(schema.ok());
  CHECK(schema.error().message ==
        "parquet: this build was made without Arrow C++, which reads and writes it");
}

TEST_CASE("rows of nested types come back from the file they were written to") {
  if (!has_columnar_formats()) return;
  for (const std::string format : {"parquet", "orc"})
    for (const std::string codec : {"", "none", "gzip", "zstd", "lz4"}) {
      INFO(format << " " << codec);
      const ScratchFile file;
      file.write(encoded(format, kNested, nested_rows(), codec));

      CHECK(read_back(format, file.path(), kNested) == kNestedLines);
      CHECK(read_back(format, file.path(), kNested, 1) == kNestedLines);
    }
}

TEST_CASE("a file says its columns") {
  if (!has_columnar_formats()) return;
  const ScratchFile file;
  file.write(encoded("parquet", kNested, nested_rows()));

  const auto schema = columnar_file_schema("parquet", file.path());

  REQUIRE(schema.ok());
  REQUIRE(schema->size() == kNested->size());
  for (std::size_t c = 0; c < schema->size(); ++c) {
    CHECK(schema->fields[c].name == kNested->fields[c].name);
    CHECK(schema->fields[c].type == kNested->fields[c].type);
  }
}

TEST_CASE("columns are found by name, missing ones are NULL, numbers widen") {
  if (!has_columnar_formats()) return;
  const SchemaPtr written = shared({{{"n", TypeKind::Int}, {"f", TypeKind::Float}, {"x", TypeKind::String}}});
  const Table rows{{{TypeKind::Int, std::int64_t{7}}, {TypeKind::Float, 0.5}, text("unused")}};
  const SchemaPtr wanted =
      shared({{{"F", TypeKind::Double}, {"gone", TypeKind::String}, {"N", TypeKind::Long}}});
  for (const std::string format : {"parquet", "orc"}) {
    INFO(format);
    const ScratchFile file;
    file.write(encoded(format, written, rows));

    CHECK(read_back(format, file.path(), wanted) == "{\"F\":0.5,\"gone\":null,\"N\":7}\n");
  }
}

TEST_CASE("a column of another type is an error in Spark's words") {
  if (!has_columnar_formats()) return;
  const ScratchFile file;
  file.write(encoded("parquet", shared({{{"n", TypeKind::Long}}}), {{number(1)}}));
  const auto pool = RecordPool::create();

  const auto reader =
      open_columnar_file("parquet", file.path(), shared({{{"n", TypeKind::Boolean}}}), *pool);

  REQUIRE_FALSE(reader.ok());
  CHECK(reader.error().error_class == "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH");
  CHECK(reader.error().message ==
        "Encountered error while reading file " + file.path() +
            ". Data type mismatches when reading column [n]. Expected: boolean, Found: bigint.");
}

TEST_CASE("an interval has no place in these files") {
  if (!has_columnar_formats()) return;

  const auto encoder = make_columnar_encoder(
      "orc", shared({{{"i", TypeKind::CalendarInterval}}}), FormatSettings{});

  REQUIRE_FALSE(encoder.ok());
  CHECK(encoder.error().error_class == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
}

TEST_CASE("damaged files give an error, wherever the damage is") {
  if (!has_columnar_formats()) return;
  for (const std::string format : {"parquet", "orc"}) {
    const std::string good = encoded(format, kNested, nested_rows());
    const ScratchFile file;
    for (const std::string& bad :
         {std::string(), std::string("PAR1"), std::string("ORC"), std::string(1000, '\0'),
          good.substr(0, good.size() / 2), good.substr(good.size() / 2)}) {
      file.write(bad);
      INFO(format << " of " << bad.size() << " bytes");
      CHECK(read_back(format, file.path(), kNested).starts_with("error: " + format + ": cannot read"));
    }
    for (std::size_t at = 0; at < good.size(); at += 7) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x5A);
      file.write(bad);
      (void)read_back(format, file.path(), kNested);  // an error or rows, no crash
    }
  }
}

TEST_CASE("a file that is gone is missing input") {
  if (!has_columnar_formats()) return;

  const auto schema = columnar_file_schema("parquet", "/no/such/file.parquet");

  REQUIRE_FALSE(schema.ok());
  CHECK(schema.error().kind == ErrorKind::InputMissing);
}
