#include "session/session.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("rows without a time count in the window of processing time that their epoch began in") {
  const Session session;
  auto stream = std::make_shared<MemoryStream>(Schema{{{"k", TypeKind::Long, true}}});
  publish_memory_stream("arrivals", stream);
  // A window that no test runs past: from 1970 to 2069.
  auto query = session.read_stream()
                   .format("memory")
                   .option("stream", "arrivals")
                   .load()
                   .group_by("window(current_timestamp(), '36500 days')", "k")
                   .agg("count(*) AS n")
                   .write_stream()
                   .format("memory")
                   .output_mode("complete")
                   .query_name("arrivals_per_window")
                   .start();
  INFO((query ? std::string() : query.error().message));
  REQUIRE(query.ok());

  stream->add_rows({{{TypeKind::Long, std::int64_t{1}}}, {{TypeKind::Long, std::int64_t{2}}}});
  REQUIRE(query->process_all_available().ok());
  stream->add_rows({{{TypeKind::Long, std::int64_t{1}}}});
  REQUIRE(query->process_all_available().ok());
  query->stop();

  const auto rows = session.sql("SELECT n, k, window.start < current_timestamp() AND window.end > "
                                "current_timestamp() AS holds_now FROM arrivals_per_window "
                                "ORDER BY k")
                        ->collect();
  REQUIRE(rows.ok());
  REQUIRE(rows->size() == 2);
  CHECK(std::get<std::int64_t>((*rows)[0][0].storage) == 2);
  CHECK(std::get<std::int64_t>((*rows)[1][0].storage) == 1);
  CHECK(std::get<bool>((*rows)[0][2].storage));
}
