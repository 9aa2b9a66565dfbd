// An input that has nothing more to say holds the windows of the others back only until it is idle.
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/topology/example_job.hpp"

using namespace millrace::testing;
namespace fs = std::filesystem;

namespace {

/// A job that counts the readings of two folders in windows of a minute: `busy` goes on for an hour,
/// `quiet` has one reading at its start.
class TwoFolders {
 public:
  TwoFolders() {
    std::string name = (fs::temp_directory_path() / "millrace-idle-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    for (const char* folder : {"busy", "quiet"}) fs::create_directory(path_ / folder);
    write("quiet/0.json", R"({"t": "2024-03-01T10:00:00Z"})");
    write("busy/0.json", R"({"t": "2024-03-01T10:00:30Z"})");
    write("busy/1.json", R"({"t": "2024-03-01T11:00:00Z"})");
  }
  ~TwoFolders() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  /// Rows of the windows that became final before the job was stopped.
  std::vector<std::string> rows(const std::string& idle_timeout) {
    write("job.yaml", "name: idle\nsources:\n" + source("busy", "") + source("quiet", idle_timeout) +
                          "operators:\n"
                          "  all: {union: [busy, quiet]}\n"
                          "  counts: {from: all, groupBy: [\"window(t, '1 minute')\"], agg: [count(*) "
                          "AS n]}\n"
                          "sinks:\n  screen: {from: counts, type: console, outputMode: append}\n"
                          "trigger: {continuous: 30 seconds}\n");
    ExampleJob job((path_ / "job.yaml").string(), {});
    job.run_until_rows(1, 5'000);
    return job.rows();
  }

 private:
  static std::string source(const std::string& name, const std::string& idle_timeout) {
    return "  " + name + ": {type: file, format: json, path: " + name +
           ", schema: t TIMESTAMP, watermark: {column: t, delay: 0 seconds" + idle_timeout + "}}\n";
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text << "\n";
  }

  fs::path path_;
};

}  // namespace

TEST_CASE("windows wait for an input that is silent") { CHECK(TwoFolders().rows("").empty()); }

TEST_CASE("windows do not wait for an input that is idle") {
  const auto rows = TwoFolders().rows(", idleTimeout: 1 second");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].find("\"n\":2") != std::string::npos);
}
