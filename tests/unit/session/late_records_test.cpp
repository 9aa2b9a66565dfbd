#include "session/session.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace millrace;

namespace {

/// A stream of (ts, k) with a watermark of 10 seconds; rows are added by second and key.
class Events {
 public:
  explicit Events(std::string name) : name_(std::move(name)), stream_(std::make_shared<MemoryStream>(schema())) {
    publish_memory_stream(name_, stream_);
  }
  void add(std::int64_t second, std::int64_t k) {
    stream_->add_rows({{{TypeKind::Timestamp, second * 1'000'000}, {TypeKind::Long, k}}});
  }
  DataFrame frame(const Session& session, const std::string& idle_timeout = {}) const {
    return session.read_stream()
        .format("memory")
        .option("stream", name_)
        .load()
        .with_watermark("ts", "10 seconds", idle_timeout);
  }

 private:
  static Schema schema() {
    return {{{"ts", TypeKind::Timestamp, true}, {"k", TypeKind::Long, true}}};
  }
  std::string name_;
  std::shared_ptr<MemoryStream> stream_;
};

/// The numbers of the one column of a query, sorted.
std::vector<std::int64_t> numbers(const Session& session, const std::string& sql) {
  const auto frame = session.sql(sql);
  REQUIRE(frame.ok());
  const auto rows = frame->collect();
  REQUIRE(rows.ok());
  std::vector<std::int64_t> values;
  for (const auto& row : *rows) values.push_back(std::get<std::int64_t>(row[0].storage));
  std::sort(values.begin(), values.end());
  return values;
}

DataFrame counts_of(const DataFrame& events) {
  return events.group_by("window(ts, '10 seconds')").agg("count(*) AS n");
}

}  // namespace

TEST_CASE("late records of a frame go to a sink of their own in the same query") {
  const Session session;
  Events events("late_events");
  const DataFrame counts = counts_of(events.frame(session));
  auto query = counts.write_stream()
                   .format("memory")
                   .query_name("counts_in_time")
                   .late_records(counts.write_stream().format("memory").query_name("too_late"))
                   .start();
  INFO((query ? std::string() : query.error().message));
  REQUIRE(query.ok());

  events.add(100, 1);
  REQUIRE(query->process_all_available().ok());
  events.add(5, 2);
  events.add(95, 3);
  REQUIRE(query->process_all_available().ok());
  query->stop();

  CHECK(numbers(session, "SELECT k FROM too_late") == std::vector<std::int64_t>{2});
}

TEST_CASE("every operator that judges rows late gives them to the sink for late records") {
  const Session session;
  Events events("late_everywhere");
  const DataFrame rows = events.frame(session);
  Events others("late_partners");
  const DataFrame partners = others.frame(session).select("ts AS other_ts", "k AS other");
  const auto over = [&](const std::string& call, const std::string& frame) {
    return rows.select("*", call + " OVER (PARTITION BY k ORDER BY ts " + frame + ") AS r");
  };
  const auto joined = [&](const std::string& type) {
    return rows.join(partners, "k = other AND other_ts BETWEEN ts AND ts + INTERVAL 5 SECONDS", type);
  };
  const std::vector<std::pair<std::string, DataFrame>> operators{
      {"tumbling", counts_of(rows)},
      {"sliding", rows.group_by("window(ts, '10 seconds', '5 seconds')").agg("count(*) AS n")},
      {"session", rows.group_by("k", "session_window(ts, '10 seconds')").agg("count(*) AS n")},
      {"duplicates", rows.drop_duplicates({"k", "ts"})},
      {"duplicates_within", rows.drop_duplicates_within_watermark({"k"})},
      {"running", over("sum(k)", "")},
      {"frame", over("sum(k)", "RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW")},
      {"lag", over("lag(k)", "")},
      {"inner_join", joined("inner")},
      {"outer_join", joined("left")},
      {"semi_join", joined("left_semi")}};
  std::vector<StreamingQuery> queries;
  for (const auto& [name, frame] : operators) {
    INFO(name);
    auto query = frame.write_stream()
                     .format("noop")
                     .late_records(frame.write_stream().format("memory").query_name("late_" + name))
                     .start();
    INFO((query ? std::string() : query.error().message));
    REQUIRE(query.ok());
    queries.push_back(std::move(*query));
  }
  const auto run_all = [&] {
    for (const StreamingQuery& query : queries) REQUIRE(query.process_all_available().ok());
  };

  events.add(100, 1);
  others.add(100, 1);
  run_all();
  events.add(5, 2);
  run_all();
  for (StreamingQuery& query : queries) query.stop();

  for (const auto& [name, frame] : operators) {
    INFO(name);
    const auto late = numbers(session, "SELECT DISTINCT k FROM late_" + name);
    CHECK(late == std::vector<std::int64_t>{2});
  }
}

TEST_CASE("late records of a frame to which nothing can be too late are refused") {
  const Session session;
  const DataFrame events = Events("never_late").frame(session);
  auto query = events.write_stream()
                   .format("noop")
                   .late_records(events.write_stream().format("memory").query_name("none"))
                   .start();
  REQUIRE_FALSE(query.ok());
  CHECK(query.error().message.starts_with("lateRecords: no row comes too late"));
}

TEST_CASE("late records go to a format by name, not to code of the program") {
  const Session session;
  const DataFrame counts = counts_of(Events("late_to_code").frame(session));
  auto to_code = counts.write_stream();
  to_code.foreach ([](const Row&) { return Status(); });

  auto query = counts.write_stream().format("noop").late_records(to_code).start();
  REQUIRE_FALSE(query.ok());
  CHECK(query.error().message == "late_records: the writer has code of the program");
}

TEST_CASE("an idle timeout is a duration and may stand beside the delay") {
  const Session session;
  Events events("idle_events");
  CHECK(events.frame(session, "5 seconds").schema().ok());
  const auto refused = events.frame(session, "soon").schema();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("soon") != std::string::npos);
}
