// Progress of real queries against samples of Spark: the same fields in the same order with values of
// the same types.
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace millrace;
using Json = nlohmann::ordered_json;

namespace {

const char* const kArtifacts = "tests/fixtures/spark/artifacts/";

std::string type_of(const Json& value) {
  if (value.is_number_float()) return "rate";
  if (value.is_number_integer()) return "number";
  return value.type_name();
}

/// Names, order and types of all fields, one a line. Metrics of a state store are its own: only their
/// types count.
std::string shape(const Json& value, const std::string& path = "") {
  if (value.is_array()) {
    std::string out = path + ": list\n";
    for (const Json& element : value) out += shape(element, path + "[]");
    return out;
  }
  if (!value.is_object()) return path + ": " + type_of(value) + "\n";
  std::string out;
  for (const auto& [key, member] : value.items()) {
    if (key == "customMetrics")
      out += path + ".customMetrics of " + type_of(member.front()) + "\n";
    else
      out += shape(member, path + "." + key);
  }
  return out;
}

std::vector<Json> sample(const std::string& name) {
  std::ifstream file(kArtifacts + name + "/progress.jsonl");
  std::vector<Json> lines;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) lines.push_back(Json::parse(line));
  REQUIRE_FALSE(lines.empty());
  return lines;
}

/// A folder of two files with one row each, gone with the object.
class InputFolder {
 public:
  InputFolder() : path_(std::filesystem::temp_directory_path() / ("progress" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    std::ofstream(path_ / "a.json") << R"({"ts":"1970-01-01T00:00:05Z","k":"a"})";
    std::ofstream(path_ / "b.json") << R"({"ts":"1970-01-01T00:01:05Z","k":"b"})";
  }
  ~InputFolder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

DataFrame files(const Session& session, const InputFolder& folder) {
  return session.read_stream()
      .format("json")
      .schema("ts TIMESTAMP, k STRING")
      .option("maxFilesPerTrigger", 1)
      .load(folder.path());
}

/// All progress of the query on the two files.
std::vector<Json> progress_of(const DataFrame& frame, const std::string& format,
                              const std::string& mode, const std::string& name = "") {
  auto query = frame.write_stream()
                   .format(format)
                   .output_mode(mode)
                   .query_name(name)
                   .trigger(QueryTrigger::available_now())
                   .start();
  REQUIRE(query.ok());
  REQUIRE(query->await_termination().ok());
  std::vector<Json> all;
  for (const std::string& text : query->recent_progress()) all.push_back(Json::parse(text));
  return all;
}

}  // namespace

TEST_CASE("progress of a stateless query has the shape of Spark's") {
  const Session session;
  const InputFolder folder;

  const auto progress = progress_of(files(session, folder).where("k <> 'x'"), "noop", "append", "stateless");

  const auto spark = sample("stateless");
  REQUIRE(progress.size() == 2);
  CHECK(shape(progress[0]) == shape(spark[0]));
  CHECK(shape(progress[1]) == shape(spark[1]));
}

TEST_CASE("progress of a windowed query has the shape of Spark's, with data and without") {
  const Session session;
  const InputFolder folder;

  const auto progress = progress_of(files(session, folder)
                                        .with_watermark("ts", "10 seconds")
                                        .group_by(window("ts", "10 seconds"))
                                        .count(),
                                    "noop", "append");

  const auto spark = sample("window-append");
  REQUIRE(progress.size() == 3);
  CHECK(shape(progress[0]) == shape(spark[0]));
  CHECK(shape(progress[1]) == shape(spark[2]));
  CHECK(progress[2]["numInputRows"] == 0);
  CHECK(shape(progress[2]) == shape(spark[1]));
}

TEST_CASE("progress of a complete aggregation in memory has the shape of Spark's") {
  const Session session;
  const InputFolder folder;

  const auto progress =
      progress_of(files(session, folder).group_by("k").count(), "memory", "complete", "tbl");

  const auto spark = sample("complete-memory");
  REQUIRE(progress.size() == 2);
  CHECK(shape(progress[0]) == shape(spark[1]));
  CHECK(shape(progress[1]) == shape(spark[2]));
  CHECK(progress[1]["stateOperators"][0]["numRowsTotal"] == 2);
}

TEST_CASE("progress of a joined query has the shape of Spark's, with a source for each side") {
  const Session session;
  const InputFolder folder;
  const DataFrame left = files(session, folder).with_watermark("ts", "10 seconds");
  const DataFrame right = files(session, folder)
                              .select_expr("ts AS other_ts", "k AS other_k")
                              .with_watermark("other_ts", "10 seconds");

  const auto progress =
      progress_of(left.join(right, "k = other_k AND ts = other_ts"), "noop", "append");

  Json spark = sample("window-append")[0];
  spark["sources"].push_back(spark["sources"][0]);
  REQUIRE(progress.size() >= 2);
  CHECK(shape(progress[0]) == shape(spark));
  const Json& state = progress[0]["stateOperators"][0];
  CHECK(state["operatorName"] == "symmetricHashJoin");
  CHECK(state["numRowsTotal"] == 2);
}

TEST_CASE("state of a deduplication is shown under Spark's name") {
  const Session session;
  const InputFolder folder;

  const auto progress =
      progress_of(files(session, folder).drop_duplicates({"k"}), "noop", "append");

  REQUIRE(progress.size() == 2);
  CHECK(progress[1]["stateOperators"][0]["operatorName"] == "dedupe");
  CHECK(progress[1]["stateOperators"][0]["numRowsTotal"] == 2);
}
