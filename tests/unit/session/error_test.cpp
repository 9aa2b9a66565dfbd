#include "session/session.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

DataFrame rates(const Session& session) { return session.read_stream().format("rate").load(); }

/// `[CLASS] message` of starting the writer, or "started".
std::string start(DataStreamWriter writer) {
  auto query = writer.start();
  if (query) {
    query->stop();
    return "started";
  }
  return "[" + query.error().error_class + "] " + query.error().message;
}

std::string class_of(const Error& error) { return error.error_class + " " + error.sql_state; }

}  // namespace

TEST_CASE("wrong SQL is refused where it is written") {
  const auto frame = Session().sql("SELECT FROM WHERE");
  REQUIRE_FALSE(frame.ok());
  CHECK(class_of(frame.error()) == "PARSE_SYNTAX_ERROR 42601");
}

TEST_CASE("an unknown column is an error of analysis with Spark's class") {
  const Session session;
  const DataFrame frame = rates(session).select("valu");
  REQUIRE_FALSE(frame.schema().ok());
  CHECK(class_of(frame.schema().error()) == "UNRESOLVED_COLUMN.WITH_SUGGESTION 42703");
  CHECK(start(frame.write_stream().format("noop")).starts_with("[UNRESOLVED_COLUMN"));
}

TEST_CASE("a missing view is TABLE_OR_VIEW_NOT_FOUND") {
  const Session session;
  CHECK(class_of(session.table("nowhere").error()) == "TABLE_OR_VIEW_NOT_FOUND 42P01");
  const auto frame = session.sql("SELECT * FROM nowhere");
  REQUIRE(frame.ok());
  CHECK(class_of(frame->schema().error()) == "TABLE_OR_VIEW_NOT_FOUND 42P01");
}

TEST_CASE("an output mode that the plan does not allow is refused by start") {
  const Session session;
  CHECK(start(rates(session).group_by("value").count().write_stream().format("noop")) ==
        "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: append. This "
        "output mode is not supported for streaming aggregations without watermark on streaming "
        "DataFrames/DataSets.");
  CHECK(start(rates(session).write_stream().format("noop").output_mode("sideways"))
            .starts_with("[STREAMING_OUTPUT_MODE.INVALID]"));
}

TEST_CASE("a frame without stream cannot be written as one, a stream cannot be collected") {
  const Session session;
  const DataFrame rows = session.create_data_frame({{{"a", TypeKind::Int, true}}}, {});
  CHECK(start(rows.write_stream().format("noop")) ==
        "[WRITE_STREAM_NOT_ALLOWED] `writeStream` can be called only on streaming "
        "Dataset/DataFrame.");
  REQUIRE_FALSE(rates(session).collect().ok());
  CHECK(rates(session).collect().error().message ==
        "Queries with streaming sources must be executed with writeStream.start(), or from a "
        "streaming table or flow definition within a Spark Declarative Pipeline.");
}

TEST_CASE("unknown formats, options and intervals are refused by start") {
  const Session session;
  CHECK(start(session.read_stream().format("nope").load().write_stream().format("noop"))
            .starts_with("[DATA_SOURCE_NOT_FOUND]"));
  auto query = session.read_stream()
                   .format("rate")
                   .option("rowsPerSecnd", 5)
                   .load()
                   .write_stream()
                   .format("noop")
                   .start();
  REQUIRE_FALSE(query.ok());
  CHECK(query.error().message == "source 'rate': unknown option: 'rowsPerSecnd'");
  CHECK(query.error().fix == "write `rowsPerSecond`");
  CHECK(start(rates(session).write_stream().format("noop").trigger(
            QueryTrigger::processing_time("5"))) != "started");
}

TEST_CASE("an unknown option of a table is refused when its columns or rows are asked for") {
  const Session session;
  const DataFrame table = session.read().format("csv").option("heder", true).load("tests/unit");

  const auto columns = table.schema();
  const auto rows = table.collect();

  REQUIRE_FALSE(columns.ok());
  CHECK(columns.error().message == "source 'csv': unknown option: 'heder'");
  CHECK(columns.error().fix == "write `header`");
  REQUIRE_FALSE(rows.ok());
  CHECK(rows.error().message == columns.error().message);
}

TEST_CASE("two queries of one name do not run at once in a session, but in two") {
  const Session session, other;
  auto first = rates(session).write_stream().format("noop").query_name("twice").start();
  REQUIRE(first.ok());
  CHECK(start(rates(session).write_stream().format("noop").query_name("twice")) ==
        "[] Cannot start query with name twice as a query with that name is already active in this "
        "SparkSession");
  CHECK(start(rates(other).write_stream().format("noop").query_name("twice")) == "started");
  first->stop();
  CHECK(start(rates(session).write_stream().format("noop").query_name("twice")) == "started");
}

TEST_CASE("a query that dies says why") {
  const Session session;
  auto stream = std::make_shared<MemoryStream>(Schema{{{"n", TypeKind::Long, true}}});
  stream->add_rows({{Value{TypeKind::Long, std::int64_t{0}}}});
  publish_memory_stream("dies", stream);

  auto query = session.read_stream()
                   .format("memory")
                   .option("stream", "dies")
                   .load()
                   .select("1 / n")
                   .write_stream()
                   .format("noop")
                   .trigger(QueryTrigger::available_now())
                   .start();

  REQUIRE(query.ok());
  REQUIRE_FALSE(query->await_termination().ok());
  REQUIRE(query->exception());
  CHECK(class_of(*query->exception()) == "STREAM_FAILED XXKST");
  CHECK(query->exception()->message.find("Division by zero") != std::string::npos);
}
