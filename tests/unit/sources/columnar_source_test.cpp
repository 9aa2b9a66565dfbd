// Parquet and ORC through the file source; what the files may hold is in columnar_file_test.cpp.
#include "records/columnar/columnar_file.hpp"
#include "records/value.hpp"
#include "tests/unit/sources/source_rig.hpp"

namespace millrace {
namespace {

const Schema kRow{{{"n", TypeKind::Long}}};

/// A file with the numbers from 0 to count - 1.
std::string numbers(const std::string& format, std::int64_t count) {
  const auto pool = RecordPool::create();
  const auto schema = std::make_shared<const Schema>(kRow);
  RecordBatch batch = pool->make_batch(schema);
  for (std::int64_t n = 0; n < count; ++n) batch.columns()[0]->append(n);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(count));
  auto encoder = make_columnar_encoder(format, schema, FormatSettings{});
  REQUIRE(encoder.ok());
  std::string bytes;
  (*encoder)->begin(bytes);
  (*encoder)->encode(batch, bytes);
  REQUIRE((*encoder)->end(bytes).ok());
  return bytes;
}

SourceRequest rows_in(const TemporaryFolder& folder, std::vector<std::pair<std::string, std::string>> options = {}) {
  SourceRequest request = request_of(std::move(options));
  std::filesystem::create_directories(folder.path("in"));
  request.paths = {folder.path("in")};
  request.schema = kRow;
  return request;
}

}  // namespace

TEST_CASE("file source reads Parquet and ORC files as they appear") {
  if (!has_columnar_formats()) return;
  for (const std::string format : {"parquet", "orc"}) {
    INFO(format);
    const TemporaryFolder folder;
    SourceRig rig;
    folder.write("in/a", numbers(format, 2));
    auto source = rig.open(format, rows_in(folder));
    CHECK(rig.micro_batch(*source) == R"({"n":0} {"n":1})");

    folder.write("in/b", numbers(format, 1));
    CHECK(rig.micro_batch(*source) == R"({"n":0})");
  }
}

TEST_CASE("file source goes on within a Parquet file at the row where it stopped") {
  if (!has_columnar_formats()) return;
  const TemporaryFolder folder;
  folder.write("in/a", numbers("parquet", 10'000));
  SourceRequest request = rows_in(folder);
  request.continuous = true;
  SourceRig rig;
  std::optional<Offset> middle;
  {
    auto source = rig.open("parquet", request);
    CHECK(rig.poll(*source, 100) == PollStatus::Emitted);
    CHECK(rig.poll(*source, 5000) == PollStatus::Emitted);
    middle = source->offset();
  }
  const std::size_t first = rig.recorder.rows.size();
  rig.recorder.take();
  // The list of files is in the checkpoint; without one the file is listed anew.
  request.streaming = false;
  auto source = rig.open("parquet", request, middle);
  CHECK(rig.poll(*source, 100) == PollStatus::Emitted);

  CHECK(rig.recorder.rows.front() == "{\"n\":" + std::to_string(first) + "}");
}

TEST_CASE("a static source takes the columns from the first file") {
  if (!has_columnar_formats()) return;
  const TemporaryFolder folder;
  folder.write("in/a", numbers("orc", 1));
  SourceRequest request = rows_in(folder);
  request.schema.reset();
  request.streaming = false;

  const auto planned = SourceRig::plan("orc", request);

  REQUIRE(planned.ok());
  CHECK(planned->schema.fields[0].name == "n");
  CHECK(planned->schema.fields[0].type == DataType(TypeKind::Long));
}

TEST_CASE("a damaged Parquet file goes by the policy for bad records") {
  if (!has_columnar_formats()) return;
  const TemporaryFolder folder;
  folder.write("in/a", "PAR1 nothing PAR1");
  folder.write("in/b", numbers("parquet", 1));

  SourceRig failing;
  auto source = failing.open("parquet", rows_in(folder));
  REQUIRE(source->limit_to(**source->latest_offset()).ok());
  const auto failed = source->poll(100, failing.recorder);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().kind == ErrorKind::BadData);

  SourceRig dropping;
  auto other = dropping.open("parquet", rows_in(folder, {{"badRecords", "drop"}}));
  CHECK(dropping.micro_batch(*other) == R"({"n":0})");
  CHECK(dropping.counters.dropped_records.value() == 1);
}

TEST_CASE("without Arrow C++ a source of these formats is refused") {
  if (has_columnar_formats()) return;
  const TemporaryFolder folder;

  CHECK(SourceRig::refusal("parquet", rows_in(folder)) ==
        "parquet: this build was made without Arrow C++, which reads and writes it");
}

}  // namespace millrace
