// Programs of tests/fixtures/spark/errors.jsonl that say what Spark says once they run, or once their
// frame is asked for rows.
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace millrace;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// What Spark said of a program, without what it wraps around the cause when a query dies.
std::string words_of_spark(const std::string& code) {
  std::ifstream file("tests/fixtures/spark/errors.jsonl");
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    if (line["code"] != code) continue;
    std::string words = line.value("message", "accepted");
    const std::string died = "terminated with exception: ";
    if (const auto cause = words.find(died); cause != std::string::npos)
      words = words.substr(cause + died.size());
    for (const char* end : {"\n== DataFrame", " SQLSTATE: XXKST", "; line "})
      if (const auto at = words.find(end); at != std::string::npos) words.resize(at);
    return words;
  }
  return "no such program: " + code;
}

/// Holds the one row that the programs read: a stream `ev`, a table `static`.
class Programs {
 public:
  Programs() {
    std::string pattern = (fs::temp_directory_path() / "programs-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::ofstream(folder_ / "0.json") << R"({"ts":"2024-01-01T00:00:01Z","k":"a","v":1})" "\n";
    ev().create_or_replace_temp_view("ev");
  }
  ~Programs() { fs::remove_all(folder_); }

  const Session& session() const { return session_; }
  DataFrame ev() const { return read(session_.read_stream()); }
  DataFrame table() const { return read(session_.read()); }

  /// Why the query died; empty when it did not.
  std::string death_of(const DataFrame& frame, const std::string& mode) const {
    auto query = frame.write_stream().format("noop").output_mode(mode).trigger(
        QueryTrigger::available_now()).start();
    if (!query) return "not started: " + query.error().message;
    (void)query->await_termination();
    return query->exception() ? query->exception()->message : "";
  }
  std::string death_of_sql(const std::string& text, const std::string& mode) const {
    const auto frame = session_.sql(text);
    return frame ? death_of(*frame, mode) : "not read: " + frame.error().message;
  }

 private:
  DataFrame read(DataStreamReader reader) const {
    return reader.format("json").schema("ts TIMESTAMP, k STRING, v INT").load(folder_.string());
  }

  fs::path folder_;
  Session session_;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a value that cannot be cast ends a query with Spark's words when its row comes") {
  const Programs programs;
  const auto check = [&](const std::string& sql, const std::string& mode, const std::string& code) {
    const std::string died = programs.death_of_sql(sql, mode);
    INFO(code << "\n" << died);
    CHECK(contains(died, words_of_spark(code)));
  };
  for (const std::string sql : {"SELECT k + 1 FROM ev", "SELECT k BETWEEN 1 AND 'z' FROM ev",
                                "SELECT date_trunc(ts, 'day') FROM ev"})
    check(sql, "append", "start(spark.sql(\"" + sql + "\"), 'append')");
  check("SELECT sum(k) FROM ev", "complete", "start(spark.sql(\"SELECT sum(k) FROM ev\"), 'complete')");
  check("SELECT window, count(*) FROM ev GROUP BY window(k, '10 seconds')", "complete",
        "start(ev.groupBy(window('k', '10 seconds')).count(), 'complete')");
}

TEST_CASE("a socket that nobody serves ends the query when it connects") {
  const Programs programs;
  const DataFrame lines = programs.session().read_stream().format("socket")
                              .option("host", "localhost").option("port", 9).load();
  CHECK(contains(programs.death_of(lines, "append"),
                 words_of_spark("start(spark.readStream.format('socket').option('host', "
                                "'localhost').option('port', 9).load())")));
}

TEST_CASE("rows of a stream and a stream of a table are refused in Spark's words") {
  const Programs programs;
  const auto rows = programs.ev().collect();
  REQUIRE_FALSE(rows.ok());
  for (const char* code : {"ev.collect()", "ev.take(1)", "ev.count()"})
    CHECK(rows.error().message == words_of_spark(code));
  const auto query = programs.table().write_stream().format("noop").start();
  REQUIRE_FALSE(query.ok());
  CHECK("[" + query.error().error_class + "] " + query.error().message + " SQLSTATE: " +
            query.error().sql_state == words_of_spark("static.writeStream"));
}

TEST_CASE("a frame says whether it is a stream, and a table may have a watermark") {
  const Programs programs;
  CHECK(*programs.ev().is_streaming());
  CHECK_FALSE(*programs.table().is_streaming());
  CHECK(programs.table().with_watermark("ts", "10 seconds").show_text().ok());
}
