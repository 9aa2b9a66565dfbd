#include "sinks/foreach_sink.hpp"

#include "records/columnar/columnar_file.hpp"
#include "tests/unit/sinks/sink_rig.hpp"

#include <signal.h>

#include <stdexcept>

namespace millrace {

namespace {

Schema id_schema() { return {{{"id", TypeKind::Int}}}; }

constexpr int kThrowingId = 99;

/// Writes down every call; `skip` refuses epochs, `fail_at` fails at a row.
class Diary final : public ForeachWriter {
 public:
  Diary(std::string& calls, bool skip, int fail_at)
      : calls_(calls), skip_(skip), fail_at_(fail_at) {}
  Result<bool> open(std::int64_t partition, Epoch epoch) override {
    calls_ += "open(" + std::to_string(partition) + "," + std::to_string(number(epoch)) + ") ";
    return !skip_;
  }
  Status process(const RecordBatch& batch, std::size_t row) override {
    const int id = batch.column(0).at<std::int32_t>(row);
    if (id == kThrowingId) throw std::runtime_error("cannot take it");
    if (id == fail_at_) return make_error(ErrorKind::QueryFailed, "no " + std::to_string(id));
    calls_ += std::to_string(id) + " ";
    return {};
  }
  void close(const Error* error) override {
    calls_ += error == nullptr ? "close " : "close(" + error->message + ") ";
  }

 private:
  std::string& calls_;
  bool skip_;
  int fail_at_;
};

std::unique_ptr<Sink> open_diary(SinkRig& rig, std::string& calls, bool skip = false,
                                 int fail_at = -1) {
  auto sink = plan_foreach([&calls, skip, fail_at] {
                return std::make_unique<Diary>(calls, skip, fail_at);
              }).make();
  REQUIRE(sink->open(rig.context).ok());
  return sink;
}

std::unique_ptr<Sink> open_command(SinkRig& rig, const std::string& command) {
  return rig.open("foreach", sink_request({{"command", command}}));
}

std::string prepare_error(SinkRig& rig, Sink& sink) {
  std::string message;
  sink.prepare(rig.context.epoch, [&](Result<CommitToken> done) {
    message = done.ok() ? "no error" : done.error().message;
  });
  return message;
}

}  // namespace

TEST_CASE("foreach opens, processes each row and closes in every epoch, also without rows") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = open_diary(rig, calls);
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {});
  CHECK(calls == "open(0,0) 1 2 close open(0,1) close ");
}

TEST_CASE("foreach skips the rows when open says false, and still closes") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = open_diary(rig, calls, true);
  rig.run_epoch(*sink, {{integer(1)}});
  CHECK(calls == "open(0,0) close ");
}

TEST_CASE("foreach closes with the error when a row fails") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = open_diary(rig, calls, false, 2);
  const auto written = sink->write(rig.batch({{integer(1)}, {integer(2)}, {integer(3)}}));
  REQUIRE(!written.ok());
  CHECK(written.error().message == "no 2");
  CHECK(calls == "open(0,0) 1 close(no 2) ");
}

TEST_CASE("foreach closes what is open when the epoch is given up") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = open_diary(rig, calls);
  rig.write(*sink, {{integer(1)}});
  sink->rollback();
  CHECK(calls == "open(0,0) 1 close(foreach sink: epoch was given up) ");
}

TEST_CASE("foreach closes with what the program's code threw, and the epoch fails with it") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = open_diary(rig, calls);

  const auto written = sink->write(rig.batch({{integer(1)}, {integer(kThrowingId)}, {integer(3)}}));

  REQUIRE(!written.ok());
  CHECK(written.error().error_class == "FOREACH_USER_FUNCTION_ERROR");
  CHECK(calls == "open(0,0) 1 close(" + written.error().message + ") ");
}

TEST_CASE("what a function of foreachBatch throws fails the epoch in Spark's words") {
  SinkRig rig(id_schema());
  auto sink = plan_foreach_batch([](const std::vector<RecordBatch>&, const SchemaPtr&, Epoch) -> Status {
                throw std::runtime_error("no table");
              }).make();
  REQUIRE(sink->open(rig.context).ok());

  CHECK(prepare_error(rig, *sink) ==
        "An error occurred in the user provided function in foreach batch sink. Reason: no table");
}

TEST_CASE("foreachBatch gets all rows of an epoch at once") {
  SinkRig rig(id_schema());
  std::string calls;
  auto sink = plan_foreach_batch([&](const std::vector<RecordBatch>& batches, const SchemaPtr&, Epoch epoch) {
                calls += std::to_string(number(epoch)) + ":";
                for (const RecordBatch& batch : batches)
                  calls += std::to_string(batch.num_rows()) + " ";
                return Status();
              }).make();
  REQUIRE(sink->open(rig.context).ok());
  rig.write(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {{integer(3)}});
  rig.run_epoch(*sink, {});
  CHECK(calls == "0:2 1 1:");
}

TEST_CASE("foreach command gets the rows of an epoch as JSON lines") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = open_command(rig, "{ echo epoch $MILLRACE_EPOCH; cat; } >> " + folder.path("out"));
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {});
  rig.run_epoch(*sink, {{integer(3)}});
  CHECK(folder.read("out") == "epoch 0\n{\"id\":1}\n{\"id\":2}\nepoch 2\n{\"id\":3}\n");
}

TEST_CASE("foreachBatch command runs once an epoch, also without rows") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("foreachBatch",
                       sink_request({{"command", "{ echo epoch $MILLRACE_EPOCH; cat; } >> " +
                                                     folder.path("out")},
                                     {"format", "csv"},
                                     {"header", "true"}}));
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {});
  CHECK(folder.read("out") == "epoch 0\nid\n1\n2\nepoch 1\nid\n");
}

TEST_CASE("foreachBatch command can get each epoch as a whole stream of Arrow's format") {
  if (!has_columnar_formats()) return;
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("foreachBatch",
                       sink_request({{"command", "cat > " + folder.path("out") + "$MILLRACE_EPOCH"},
                                     {"format", "arrow"}}));
  rig.run_epoch(*sink, {{integer(1)}, {integer(2)}});
  rig.run_epoch(*sink, {});

  const std::string continuation = "\xFF\xFF\xFF\xFF";
  const std::string end = continuation + std::string(4, '\0');
  const std::string value = std::string("\2\0\0\0", 4);
  const std::string rows = folder.read("out0");
  CHECK(rows.starts_with(continuation));
  CHECK(rows.ends_with(end));
  CHECK(rows.find(value) != std::string::npos);
  const std::string none = folder.read("out1");
  CHECK(none.starts_with(continuation));
  CHECK(none.ends_with(end));
  CHECK(none.size() < rows.size());
}

TEST_CASE("foreachBatch refuses a format that it does not know when it is planned") {
  const auto planned =
      foreach_batch_sink_type().plan(sink_request({{"command", "cat"}, {"format", "xml"}}));

  REQUIRE_FALSE(planned.ok());
  CHECK(planned.error().message == "foreachBatch sink: unknown format: 'xml'");
}

TEST_CASE("without Arrow a foreachBatch command that wants its format is refused") {
  if (has_columnar_formats()) return;
  SinkRig rig(id_schema());
  const auto planned = foreach_batch_sink_type().plan(
      sink_request({{"command", "cat"}, {"format", "arrow"}}));
  REQUIRE(planned.ok());

  const Status opened = planned->make()->open(rig.context);

  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message.find("without Arrow C++") != std::string::npos);
}

TEST_CASE("foreachBatch command that fails is run again with the same rows") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = rig.open("foreachBatch",
                       sink_request({{"command", "cat >> " + folder.path("out") +
                                                     "; [ $MILLRACE_ATTEMPT = 2 ]"},
                                     {"retryDelay", "0s"}}));
  rig.run_epoch(*sink, {{integer(7)}});
  CHECK(folder.read("out") == "{\"id\":7}\n{\"id\":7}\n{\"id\":7}\n");
  CHECK(rig.warnings.size() == 2);
}

TEST_CASE("foreachBatch command that fails to the end fails the query with what it said") {
  SinkRig rig(id_schema());
  auto sink = rig.open("foreachBatch",
                       sink_request({{"command", "cat > /dev/null; echo no table >&2; exit 5"},
                                     {"maxRetries", "1"},
                                     {"retryDelay", "0s"}}));
  rig.write(*sink, {{integer(1)}});
  std::optional<Error> error;
  sink->prepare(rig.context.epoch, [&](Result<CommitToken> done) { error = done.error(); });
  CHECK(error->message ==
        "foreachBatch sink: command failed with status 5: 'cat > /dev/null; echo no table >&2; "
        "exit 5'");
  CHECK(error->notes == std::vector<std::string>{"its standard error: no table"});
}

TEST_CASE("foreach command that fails fails the epoch") {
  SinkRig rig(id_schema());
  auto sink = open_command(rig, "cat > /dev/null; exit 3");
  rig.write(*sink, {{integer(1)}});
  CHECK(prepare_error(rig, *sink) ==
        "foreach sink: command failed with status 3: 'cat > /dev/null; exit 3'");
}

TEST_CASE("foreach command may stop reading early: its exit status decides") {
  SinkRig rig(id_schema());
  auto sink = open_command(rig, "exec true");
  const std::vector<std::vector<Value>> many(50'000, {integer(123456789)});
  rig.write(*sink, many);
  CHECK(prepare_error(rig, *sink) == "no error");
}

TEST_CASE("foreach command is killed with its children when the epoch is given up") {
  const SinkFolder folder;
  SinkRig rig(id_schema());
  auto sink = open_command(rig, "sleep 1000 & echo $! > " + folder.path("child") + "; wait");
  rig.write(*sink, {{integer(1)}});
  std::string child;
  while ((child = folder.read("child")).empty() || child.back() != '\n') {
  }
  sink->rollback();
  // The child of the shell is nobody's to wait for; init takes it. It must not live on.
  const pid_t pid = std::stoi(child);
  std::string state = "R";
  for (int round = 0; round < 1'000'000 && ::kill(pid, 0) == 0 && state != "Z"; ++round) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string ignored;
    stat >> ignored >> ignored >> state;
  }
  CHECK((::kill(pid, 0) != 0 || state == "Z"));
}

}  // namespace millrace
