// Where a query of the C++ API keeps its checkpoint.
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace millrace;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "location-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
    fs::create_directory(path_ / "in");
    std::ofstream(path_ / "in" / "a.txt") << "1\n2\n";
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

DataFrame lines(const Session& session, const Folder& folder) {
  return session.read_stream().format("text").load(folder.path("in"));
}

std::int64_t num_rows(const Session& session, const Folder& folder) {
  const auto rows = session.read().format("text").load(folder.path("out")).collect();
  return rows ? static_cast<std::int64_t>(rows->size()) : -1;
}

}  // namespace

TEST_CASE("a file sink without a checkpoint location is refused in Spark's words") {
  const Folder folder;
  const Session session;

  const auto query =
      lines(session, folder).write_stream().format("text").start(folder.path("out"));

  REQUIRE_FALSE(query.ok());
  CHECK(query.error().message ==
        "checkpointLocation must be specified either through option(\"checkpointLocation\", ...) or "
        "SparkSession.conf.set(\"spark.sql.streaming.checkpointLocation\", ...).");
}

TEST_CASE("a query that goes on with its checkpoint keeps its id and reads nothing twice") {
  const Folder folder;
  const Session session;
  const auto run = [&] {
    auto query = lines(session, folder)
                     .write_stream()
                     .format("text")
                     .option("checkpointLocation", folder.path("state"))
                     .trigger(QueryTrigger::available_now())
                     .start(folder.path("out"));
    REQUIRE(query.ok());
    REQUIRE(query->await_termination().ok());
    return std::pair(query->id(), query->run_id());
  };

  const auto first = run();
  const auto second = run();

  CHECK(first.first == second.first);
  CHECK(first.second != second.second);
  CHECK(num_rows(session, folder) == 2);
}

TEST_CASE("the session's location has a folder for each query, by its name") {
  const Folder folder;
  SessionSettings settings;
  settings.checkpoint_location = folder.path("states");
  const Session session(settings);

  auto query = lines(session, folder)
                   .write_stream()
                   .format("text")
                   .query_name("copy")
                   .trigger(QueryTrigger::available_now())
                   .start(folder.path("out"));

  REQUIRE(query.ok());
  REQUIRE(query->await_termination().ok());
  CHECK(fs::exists(folder.path("states/copy/metadata")));
}

TEST_CASE("a second run on one checkpoint stops the first") {
  const Folder folder;
  const Session session;
  const auto start = [&] {
    return lines(session, folder)
        .write_stream()
        .format("noop")
        .option("checkpointLocation", folder.path("state"))
        .start();
  };
  auto first = start();
  REQUIRE(first.ok());
  REQUIRE(first->process_all_available().ok());

  auto second = start();

  REQUIRE(second.ok());
  CHECK_FALSE(first->is_active());
  CHECK_FALSE(first->exception());
  CHECK(second->is_active());
  CHECK(second->id() == first->id());
  second->stop();
}
