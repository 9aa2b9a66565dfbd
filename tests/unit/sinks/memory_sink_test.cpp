#include "sinks/memory_sink.hpp"

#include "sinks/noop_sink.hpp"
#include "tests/unit/sinks/sink_rig.hpp"

namespace millrace {

namespace {

Schema id_schema() { return {{{"id", TypeKind::Int}}}; }

std::unique_ptr<Sink> open_memory(SinkRig& rig, const std::string& name) {
  SinkRequest request = sink_request();
  request.name = name;
  return rig.open("memory", request);
}

std::string ids(const std::string& table) {
  std::string text;
  for (const auto& row : find_memory_table(table)->rows())
    text += std::to_string(std::get<std::int64_t>(row[0].storage)) + " ";
  return text;
}

}  // namespace

TEST_CASE("memory sink adds the rows of each epoch in append mode") {
  SinkRig rig(id_schema());
  auto sink = open_memory(rig, "appended");
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {{integer(3)}});
  CHECK(ids("Appended") == "1 2 3 ");
}

TEST_CASE("memory sink replaces the table in complete mode") {
  SinkRig rig(id_schema());
  rig.context.complete_mode = true;
  auto sink = open_memory(rig, "complete");
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {{integer(3)}});
  CHECK(ids("complete") == "3 ");
  rig.run_epoch(*sink, {});
  CHECK(ids("complete").empty());
}

TEST_CASE("memory sink shows an epoch when it commits, and once") {
  SinkRig rig(id_schema());
  auto sink = open_memory(rig, "twice");
  rig.write(*sink, {{integer(1)}});
  const CommitToken token = rig.prepare(*sink);
  CHECK(ids("twice").empty());
  rig.commit(*sink, token);
  rig.commit(*sink, token);
  CHECK(ids("twice") == "1 ");
}

TEST_CASE("memory sink drops what was not committed when it rolls back") {
  SinkRig rig(id_schema());
  auto sink = open_memory(rig, "rolled");
  rig.write(*sink, {{integer(1)}});
  const CommitToken token = rig.prepare(*sink);
  rig.write(*sink, {{integer(2)}});
  sink->rollback();
  rig.commit(*sink, token);
  rig.run_epoch(*sink, {{integer(3)}});
  CHECK(ids("rolled") == "3 ");
}

TEST_CASE("memory table keeps order and rows when it merges small epochs") {
  SinkRig rig(id_schema());
  auto sink = open_memory(rig, "many");
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    rig.run_epoch(*sink, {{integer(i)}});
    expected += std::to_string(i) + " ";
  }
  CHECK(ids("many") == expected);
  CHECK(find_memory_table("many")->snapshot().size() < 200);
}

TEST_CASE("memory table's snapshot stays as it is") {
  SinkRig rig(id_schema());
  auto sink = open_memory(rig, "snap");
  rig.run_epoch(*sink, {{integer(1)}});
  const auto before = find_memory_table("snap")->snapshot();
  rig.run_epoch(*sink, {{integer(2)}});
  CHECK(before.size() == 1);
  CHECK(find_memory_table("snap")->num_rows() == 2);
}

TEST_CASE("memory sink needs a query name") {
  CHECK(SinkRig::plan("memory", sink_request()).error().message ==
        "queryName must be specified for memory sink");
}

TEST_CASE("noop sink counts the rows it drops") {
  SinkRig rig(id_schema());
  auto count = std::make_shared<std::atomic<std::int64_t>>(0);
  NoopSink sink(count);
  REQUIRE(sink.open(rig.context).ok());
  rig.run_epoch(sink, {{integer(1)}, {integer(2)}});
  CHECK(*count == 2);
}

}  // namespace millrace
