#include "session/session.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace millrace;
using namespace std::chrono_literals;

namespace {

Schema number_schema() { return {{{"n", TypeKind::Long, true}}}; }
std::vector<Value> row(std::int64_t n) { return {{TypeKind::Long, n}}; }

std::shared_ptr<MemoryStream> numbers(const std::string& name) {
  auto stream = std::make_shared<MemoryStream>(number_schema());
  publish_memory_stream(name, stream);
  return stream;
}

DataFrame read(const Session& session, const std::string& name) {
  return session.read_stream().format("memory").option("stream", name).load();
}

/// Writes down what it hears; `wait_for` waits until the text is among it.
class Diary final : public StreamingQueryListener {
 public:
  void on_query_started(const QueryStartedEvent& event) override {
    note("started " + event.name.value_or("-"));
  }
  void on_query_progress(const QueryProgressEvent& event) override {
    note("progress " + std::to_string(event.progress.batch_id) + ":" +
         std::to_string(event.progress.num_input_rows));
  }
  void on_query_idle(const QueryIdleEvent&) override { note("idle"); }
  void on_query_terminated(const QueryTerminatedEvent& event) override {
    note(event.exception ? "failed" : "ended");
  }
  std::string wait_for(const std::string& last) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return last_ == last; });
    return text_;
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    text_ += (text_.empty() ? "" : ", ") + what;
    last_ = std::move(what);
    changed_.notify_all();
  }
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string text_;
  std::string last_;
};

}  // namespace

TEST_CASE("a listener hears of start, progress and end in order") {
  const Session session;
  const auto stream = numbers("heard");
  const auto diary = std::make_shared<Diary>();
  session.streams().add_listener(diary);
  stream->add_rows({row(1), row(2)});

  auto query = read(session, "heard")
                   .write_stream()
                   .format("noop")
                   .query_name("q")
                   .trigger(QueryTrigger::available_now())
                   .start();
  REQUIRE(query.ok());

  CHECK(diary->wait_for("ended") == "started q, progress 0:2, ended");
}

TEST_CASE("a query without data is idle: told at once, then once an interval") {
  const Session session;
  const auto stream = numbers("idle");
  const auto diary = std::make_shared<Diary>();
  session.streams().add_listener(diary);

  auto query = read(session, "idle").write_stream().format("noop").start();
  REQUIRE(query.ok());
  REQUIRE(query->process_all_available().ok());
  REQUIRE(query->process_all_available().ok());

  CHECK(diary->wait_for("idle") == "started -, idle");
  CHECK(query->recent_progress().size() == 1);
  // It looks for data all the time, so what it does at this moment is open.
  CHECK(query->status().find(R"("isDataAvailable":false)") != std::string::npos);
  query->stop();
  CHECK(query->status() ==
        R"({"message":"Stopped","isDataAvailable":false,"isTriggerActive":false})");
}

TEST_CASE("process_all_available returns when what was there is in the sink") {
  const Session session;
  const auto stream = numbers("all");
  auto query = read(session, "all").write_stream().format("memory").query_name("all").start();
  REQUIRE(query.ok());

  stream->add_rows({row(1)});
  REQUIRE(query->process_all_available().ok());
  CHECK(session.table("all")->collect()->size() == 1);
  stream->add_rows({row(2), row(3)});
  REQUIRE(query->process_all_available().ok());
  CHECK(session.table("all")->collect()->size() == 3);
  query->stop();
}

TEST_CASE("a continuous query cannot say when all is processed") {
  const Session session;
  const auto stream = numbers("flowing");
  auto query = read(session, "flowing")
                   .write_stream()
                   .format("noop")
                   .trigger(QueryTrigger::continuous("1 second"))
                   .start();
  REQUIRE(query.ok());

  CHECK_FALSE(query->process_all_available().ok());
  query->stop();
}

TEST_CASE("a session knows its queries while they run") {
  const Session session;
  const auto stream = numbers("known");
  auto query = read(session, "known").write_stream().format("noop").query_name("known").start();
  REQUIRE(query.ok());

  REQUIRE(session.streams().active().size() == 1);
  CHECK(session.streams().get(query->id())->name() == "known");
  CHECK_FALSE(session.streams().get("no such id").has_value());
  CHECK_FALSE(*session.streams().await_any_termination(0ms));
  query->stop();
  CHECK(session.streams().await_any_termination().ok());
  CHECK(session.streams().active().empty());
  session.streams().reset_terminated();
  CHECK_FALSE(*session.streams().await_any_termination(0ms));
}

TEST_CASE("the failure of a query comes with its cause and reaches who waits for any") {
  const Session session;
  const auto stream = numbers("failing");
  stream->add_rows({row(0)});
  auto query = read(session, "failing").select("1 / n AS q").write_stream().format("noop").start();
  REQUIRE(query.ok());

  const Status ended = query->await_termination();
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().error_class == "STREAM_FAILED");
  CHECK(query->exception()->notes.back() == "cause: DIVIDE_BY_ZERO");
  CHECK_FALSE(session.streams().await_any_termination().ok());
}

TEST_CASE("a query may be stopped from its own foreach") {
  const Session session;
  const auto stream = numbers("self");
  std::atomic<int> num_rows = 0;
  std::atomic<bool> refused = false;
  std::optional<StreamingQuery> own;
  std::mutex own_mutex;  // guards own: the first row may come before `start` returns
  auto started = [&] {
    const std::lock_guard lock(own_mutex);
    auto query = read(session, "self")
                     .write_stream()
                     .foreach ([&](const Row& row) {
                       const std::lock_guard lock(own_mutex);
                       num_rows += static_cast<int>(*row.get<int>("n"));
                       refused = !own->await_termination().ok();
                       own->stop();
                       return Status();
                     })
                     .start();
    if (query) own = *query;
    return query;
  }();
  REQUIRE(started.ok());

  stream->add_rows({row(7)});

  CHECK(started->await_termination(20s).value());
  CHECK(num_rows == 7);
  CHECK(refused);
}

TEST_CASE("foreach_batch gets each micro-batch as a frame with its number") {
  const Session session;
  const auto stream = numbers("batches");
  std::string seen;
  auto query = read(session, "batches")
                   .write_stream()
                   .foreach_batch([&](const DataFrame& batch, std::int64_t epoch) {
                     auto sums = batch.agg({sum("n").alias("s")}).rows();
                     if (!sums) return Status(sums.error());
                     seen += std::to_string(epoch) + "=" +
                             std::to_string(*sums->front().get<std::int64_t>("s")) + " ";
                     return Status();
                   })
                   .start();
  REQUIRE(query.ok());

  stream->add_rows({row(1), row(2)});
  REQUIRE(query->process_all_available().ok());
  stream->add_rows({row(5)});
  REQUIRE(query->process_all_available().ok());
  query->stop();

  CHECK(seen == "0=3 1=5 ");
}

TEST_CASE("an error of foreach_batch ends the query") {
  const Session session;
  const auto stream = numbers("refusing");
  stream->add_rows({row(1)});
  auto query = read(session, "refusing")
                   .write_stream()
                   .foreach_batch([](const DataFrame&, std::int64_t) {
                     return Status(make_error(ErrorKind::Io, "the table is gone"));
                   })
                   .start();
  REQUIRE(query.ok());

  const Status ended = query->await_termination();
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().message.find("the table is gone") != std::string::npos);
}

TEST_CASE("recent progress is kept for as many epochs as the settings say") {
  SessionSettings settings;
  settings.num_recent_progress = 2;
  const Session session(settings);
  const auto stream = numbers("recent");
  auto query = read(session, "recent").write_stream().format("noop").start();
  REQUIRE(query.ok());

  for (int i = 0; i < 4; ++i) {
    stream->add_rows({row(i)});
    REQUIRE(query->process_all_available().ok());
  }
  query->stop();

  REQUIRE(query->recent_progress().size() == 2);
  CHECK(query->recent_progress().back() == query->last_progress());
  CHECK(query->last_progress()->find(R"("batchId":3)") != std::string::npos);
}
