#include "records/columnar/columnar_file.hpp"
#include "records/value_text.hpp"
#include "sinks/file_manifest.hpp"
#include "tests/unit/sinks/sink_rig.hpp"

namespace millrace {
namespace {

const Schema kRow{{{"id", TypeKind::Int}, {"name", TypeKind::String}}};

SinkRequest into(const SinkFolder& folder) {
  SinkRequest request = sink_request();
  request.path = folder.path("out");
  request.schema = kRow;
  return request;
}

std::string rows_of(const std::string& format, const std::string& path) {
  const auto pool = RecordPool::create();
  auto reader = open_columnar_file(format, path, std::make_shared<const Schema>(kRow), *pool);
  REQUIRE(reader.ok());
  std::string text;
  for (;;) {
    auto rows = (*reader)->read(100);
    REQUIRE(rows.ok());
    if (!*rows) return text;
    rows->rows().for_each(
        [&](std::uint32_t row) { append_json_row(text, *rows, row, {TimeZone(), false}); });
  }
}

}  // namespace

TEST_CASE("file sink writes each epoch as a whole Parquet or ORC file") {
  if (!has_columnar_formats()) return;
  for (const auto& [format, suffix] : {std::pair<std::string, std::string>{"parquet", ".snappy.parquet"},
                                       {"orc", ".zstd.orc"}}) {
    INFO(format);
    const SinkFolder folder;
    SinkRig rig(kRow);
    auto sink = rig.open(format, into(folder));
    rig.run_epoch(*sink, {{integer(1), text("a")}, {integer(2), null_of(TypeKind::String)}});
    rig.run_epoch(*sink, {{integer(3), text("c")}});

    const auto files = FileManifest(folder.path("out")).files();
    REQUIRE(files.ok());
    REQUIRE(files->size() == 2);
    CHECK(files->front().path.ends_with("-c000" + suffix));
    CHECK(rows_of(format, files->at(0).path) == R"({"id":1,"name":"a"}{"id":2,"name":null})");
    CHECK(rows_of(format, files->at(1).path) == R"({"id":3,"name":"c"})");
  }
}

TEST_CASE("file sink leaves nothing of a Parquet file that was not committed") {
  if (!has_columnar_formats()) return;
  const SinkFolder folder;
  SinkRig rig(kRow);
  auto sink = rig.open("parquet", into(folder));
  rig.write(*sink, {{integer(1), text("a")}});

  sink->rollback();

  CHECK(std::filesystem::is_empty(folder.path("out")));
}

TEST_CASE("file sink refuses a compression that it does not know") {
  if (!has_columnar_formats()) return;
  const SinkFolder folder;
  SinkRequest request = into(folder);
  request.options.set("compression", "rar");

  const auto planned = SinkRig::plan("parquet", request);

  REQUIRE_FALSE(planned.ok());
  CHECK(planned.error().message == "parquet: unknown compression: 'rar'");
}

}  // namespace millrace
