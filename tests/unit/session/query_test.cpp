#include "session/session.hpp"
#include "sinks/memory_table.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace millrace;
using namespace std::chrono_literals;

namespace {

using ValueRows = std::vector<std::vector<Value>>;

Value text(const std::string& value) { return {TypeKind::String, value}; }
Value number(std::int64_t value) { return {TypeKind::Long, value}; }

/// `a:1 b:2`, sorted.
std::string shown(const ValueRows& rows) {
  std::vector<std::string> words;
  for (const auto& row : rows)
    words.push_back(std::get<std::string>(row[0].storage) + ":" +
                    std::to_string(std::get<std::int64_t>(row[1].storage)));
  std::sort(words.begin(), words.end());
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string shown(const Result<ValueRows>& rows) {
  return rows ? shown(*rows) : rows.error().message;
}

Schema word_schema() { return {{{"word", TypeKind::String, true}, {"n", TypeKind::Long, true}}}; }

/// A stream of words that the source `memory` reads under `name`.
std::shared_ptr<MemoryStream> words(const std::string& name) {
  auto stream = std::make_shared<MemoryStream>(word_schema());
  stream->add_rows({{text("a"), number(1)}, {text("b"), number(2)}, {text("a"), number(3)}});
  publish_memory_stream(name, stream);
  return stream;
}

DataFrame read(const Session& session, const std::string& name) {
  return session.read_stream().format("memory").option("stream", name).load();
}

/// Runs the writer on what is there and gives the table.
std::string table_after(const Session& session, DataStreamWriter writer, const std::string& name) {
  auto query =
      writer.format("memory").query_name(name).trigger(QueryTrigger::available_now()).start();
  if (!query) return query.error().message;
  if (auto status = query->await_termination(); !status) return status.error().message;
  auto frame = session.table(name);
  return frame ? shown(frame->collect()) : frame.error().message;
}

}  // namespace

TEST_CASE("a query fills the table of a memory sink") {
  const Session session;
  const auto stream = words("sums");

  const DataFrame sums = read(session, "sums").group_by("word").agg(sum("n").alias("n"));

  CHECK(table_after(session, sums.write_stream().output_mode("complete"), "sums") == "a:4 b:2");
  CHECK(shown(session.sql("SELECT word, n FROM sums WHERE n > 3")->collect()) == "a:4");
}

TEST_CASE("SQL over a view runs like the frame it was made from") {
  const Session session;
  const auto stream = words("viewed");
  read(session, "viewed").create_or_replace_temp_view("input");

  auto frame = session.sql("SELECT upper(word), n * 10 FROM input WHERE n > 1");

  REQUIRE(frame.ok());
  CHECK(table_after(session, frame->write_stream(), "viewed") == "A:30 B:20");
}

TEST_CASE("a view is what it was when the query was made") {
  const Session session;
  const DataFrame one = session.create_data_frame(word_schema(), {{text("a"), number(1)}});
  one.create_or_replace_temp_view("v");
  auto before = session.sql("SELECT * FROM v");
  one.where("n > 5").create_or_replace_temp_view("v");

  REQUIRE(before.ok());
  CHECK(shown(before->collect()) == "a:1");
  CHECK(shown(session.sql("SELECT * FROM v")->collect()).empty());
}

TEST_CASE("every verb of a frame does what it says") {
  const Session session;
  const DataFrame rows = session.create_data_frame(
      word_schema(), {{text("a"), number(1)}, {text("b"), number(2)}, {text("a"), number(1)}});

  CHECK(shown(rows.distinct().collect()) == "a:1 b:2");
  CHECK(shown(rows.drop_duplicates({"word"}).collect()) == "a:1 b:2");
  CHECK(shown(rows.union_all(rows).group_by("word").count().collect()) == "a:4 b:2");
  CHECK(shown(rows.select("n", "word")
                  .union_by_name(rows)
                  .select("word", "n")
                  .limit(4)
                  .distinct()
                  .collect()) == "a:1 b:2");
  CHECK(shown(rows.with_column("n", col("n").cast("BIGINT")).where("n = 2").collect()) == "b:2");
  CHECK(shown(rows.with_column("m", lit(7)).drop({"m"}).filter("word = 'b'").collect()) == "b:2");
  CHECK(
      shown(rows.alias("r").select("r.word", "r.n").order_by(col("n").desc()).limit(1).collect()) ==
      "b:2");
  CHECK(shown(rows.with_column_renamed("n", "m").group_by("word").agg(max("m")).collect()) ==
        "a:1 b:2");
}

TEST_CASE("the schema of a frame is known before it runs") {
  const Session session;
  const auto stream = words("schema");

  const auto schema = read(session, "schema").group_by("word").count().schema();

  REQUIRE(schema.ok());
  REQUIRE(schema->size() == 2);
  CHECK(schema->fields[1].name == "count");
  CHECK(*read(session, "schema").is_streaming());
}

TEST_CASE("a running query can be asked and stopped") {
  const Session session;
  const auto stream = words("running");

  auto query = read(session, "running").write_stream().format("noop").query_name("q").start();

  REQUIRE(query.ok());
  CHECK(query->name() == "q");
  CHECK(query->id().size() == 36);
  CHECK(query->is_active());
  CHECK_FALSE(*query->await_termination(0ms));
  query->stop();
  CHECK_FALSE(query->is_active());
  CHECK_FALSE(query->exception());
}

TEST_CASE("the last progress is Spark's JSON object") {
  const Session session;
  const auto stream = words("progress");

  auto query = read(session, "progress")
                   .write_stream()
                   .format("noop")
                   .trigger(QueryTrigger::available_now())
                   .start();

  REQUIRE(query.ok());
  REQUIRE(query->await_termination().ok());
  REQUIRE(query->last_progress());
  CHECK(query->last_progress()->starts_with("{\"id\":\"" + query->id()));
  CHECK(query->last_progress()->find("\"numInputRows\":3") != std::string::npos);
}

namespace {

/// Adds up a column.
class Adder final : public ForeachWriter {
 public:
  explicit Adder(std::int64_t& total) : total_(total) {}
  Result<bool> open(std::int64_t, Epoch) override { return true; }
  Status process(const RecordBatch& batch, std::size_t row) override {
    total_ += std::get<std::int64_t>(value_at(batch.column(1), row).storage);
    return {};
  }
  void close(const Error*) override {}

 private:
  std::int64_t& total_;
};

}  // namespace

TEST_CASE("foreach gives each row to a writer of the program") {
  const Session session;
  const auto stream = words("rows");
  std::int64_t total = 0;

  auto query = read(session, "rows")
                   .write_stream()
                   .foreach ([&] { return std::make_unique<Adder>(total); })
                   .trigger(QueryTrigger::available_now())
                   .start();

  REQUIRE(query.ok());
  REQUIRE(query->await_termination().ok());
  CHECK(total == 6);
}

TEST_CASE("a window comes out when the watermark has passed it") {
  const Session session;
  const Schema schema{{{"ts", TypeKind::Timestamp, true}, {"k", TypeKind::String, true}}};
  auto stream = std::make_shared<MemoryStream>(schema);
  const auto at = [](std::int64_t seconds) {
    return std::vector<Value>{{TypeKind::Timestamp, seconds * 1'000'000}, text("k")};
  };
  stream->add_rows({at(1), at(2), at(100)});
  publish_memory_stream("windows", stream);

  const DataFrame counts = read(session, "windows")
                               .with_watermark("ts", "10 seconds")
                               .group_by("k", window("ts", "10 seconds"))
                               .agg(count("*").alias("n"))
                               .select("k", "n");

  CHECK(table_after(session, counts.write_stream(), "windows") == "k:2");
}
