#include "sinks/file_manifest.hpp"

#include "tests/unit/sinks/sink_rig.hpp"

namespace millrace {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// 2020-09-13; real files are younger.
constexpr std::int64_t kNowMs = 1'600'000'000'000;
constexpr std::int64_t kLongAgoMs = 1'000'000;

std::int64_t now_ms() { return kNowMs; }

void make_older_than_ten_minutes(const SinkFolder& folder) {
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(kNowMs)};
  for (const auto& entry : fs::directory_iterator(folder.path("_spark_metadata")))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::from_sys(now - 11min));
}

ManifestEntry file(const std::string& path, std::int64_t modified_ms) {
  return {path, 1, modified_ms};
}

std::string paths(const FileManifest& manifest) {
  const auto files = manifest.files();
  REQUIRE(files.ok());
  std::string text;
  for (const ManifestEntry& entry : *files) text += (text.empty() ? "" : " ") + entry.path;
  return text;
}

void commit_up_to(FileManifest& manifest, std::int64_t last) {
  for (std::int64_t epoch = 0; epoch <= last; ++epoch)
    REQUIRE(manifest.commit(Epoch{epoch}, {file("/" + std::to_string(epoch), now_ms())}).ok());
}

bool has(const SinkFolder& folder, const std::string& name) {
  return fs::exists(folder.path("_spark_metadata/" + name));
}

}  // namespace

TEST_CASE("files older than the retention leave the list and the next compact manifest") {
  const SinkFolder folder;
  FileManifest manifest(folder.path(), 1h, now_ms);
  REQUIRE(manifest.commit(Epoch{0}, {file("/old", kLongAgoMs), file("/new", now_ms())}).ok());

  CHECK(paths(manifest) == "/new");
  CHECK(folder.read("_spark_metadata/0").find("/old") != std::string::npos);
  for (std::int64_t epoch = 1; epoch < 10; ++epoch) REQUIRE(manifest.commit(Epoch{epoch}, {}).ok());

  CHECK(folder.read("_spark_metadata/9.compact").find("/old") == std::string::npos);
  CHECK(folder.read("_spark_metadata/9.compact").find("/new") != std::string::npos);
}

TEST_CASE("without a retention files are listed for ever") {
  const SinkFolder folder;
  FileManifest manifest(folder.path(), FileManifest::kForEver, now_ms);
  REQUIRE(manifest.commit(Epoch{0}, {file("/old", kLongAgoMs)}).ok());

  CHECK(paths(manifest) == "/old");
}

TEST_CASE("manifests that a compact one replaces go after ten minutes, not those of the last hundred epochs") {
  const SinkFolder folder;
  FileManifest manifest(folder.path(), FileManifest::kForEver, now_ms);
  commit_up_to(manifest, 118);
  make_older_than_ten_minutes(folder);
  const std::string before = paths(manifest);

  REQUIRE(manifest.commit(Epoch{119}, {file("/119", now_ms())}).ok());

  CHECK_FALSE(has(folder, "0"));
  CHECK_FALSE(has(folder, "9.compact"));
  CHECK_FALSE(has(folder, "19.compact"));
  CHECK(has(folder, "20"));
  CHECK(has(folder, "119.compact"));
  CHECK(paths(manifest) == before + " /119");
}

TEST_CASE("a manifest that is younger stays, readers may be at it") {
  const SinkFolder folder;
  FileManifest manifest(folder.path(), FileManifest::kForEver, now_ms);
  commit_up_to(manifest, 119);

  CHECK(has(folder, "0"));
}

}  // namespace millrace
