#include "sources/memory_stream.hpp"

#include "sources/local_relation.hpp"
#include "tests/unit/sources/source_rig.hpp"

#include <poll.h>

#include <thread>

namespace millrace {

namespace {

std::vector<Value> row(std::int64_t id) { return {Value{TypeKind::Long, id}}; }
Schema id_schema() { return {{{"id", TypeKind::Long}}}; }

bool is_readable(int fd, int timeout_ms = 0) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, timeout_ms) == 1;
}

}  // namespace

TEST_CASE("memory source reads up to the limit and then what came after it") {
  SourceRig rig;
  auto stream = std::make_shared<MemoryStream>(id_schema());
  auto source = plan_memory_stream(stream, false).make();
  REQUIRE(source->open(rig.context, {}).ok());

  stream->add_rows({row(1), row(2)});
  CHECK(rig.micro_batch(*source) == R"({"id":1} {"id":2})");
  CHECK(rig.micro_batch(*source) == "none");
  stream->add_rows({row(3)});
  CHECK(rig.micro_batch(*source) == R"({"id":3})");
  CHECK(source->offset()->json == "2");
}

TEST_CASE("memory source starts again at an offset, also within what was added at once") {
  SourceRig rig;
  auto stream = std::make_shared<MemoryStream>(id_schema());
  stream->add_rows({row(1), row(2), row(3), row(4)});
  auto source = plan_memory_stream(stream, false).make();
  REQUIRE(source->open(rig.context, Offset{"0"}).ok());
  REQUIRE(source->limit_to(Offset{"2"}).ok());

  CHECK(rig.poll(*source, 1) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::AtLimit);
  CHECK(rig.recorder.take() == R"({"id":2} {"id":3})");
}

TEST_CASE("memory source wakes its reader when another thread adds rows") {
  SourceRig rig;
  auto stream = std::make_shared<MemoryStream>(id_schema());
  auto source = plan_memory_stream(stream, true).make();
  REQUIRE(source->open(rig.context, {}).ok());
  CHECK(rig.poll(*source) == PollStatus::Idle);
  CHECK(!is_readable(source->ready_fd()));

  std::thread program([&] { stream->add_rows({row(7)}); });
  CHECK(is_readable(source->ready_fd(), 10'000));
  program.join();

  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.recorder.take() == R"({"id":7})");
  stream->end();
  CHECK(rig.poll(*source) == PollStatus::EndOfInput);
}

TEST_CASE("memory source takes no rows added after the end was frozen") {
  SourceRig rig;
  auto stream = std::make_shared<MemoryStream>(id_schema());
  auto source = plan_memory_stream(stream, false).make();
  REQUIRE(source->open(rig.context, {}).ok());
  stream->add_rows({row(1)});
  REQUIRE(source->freeze_end().ok());
  stream->add_rows({row(2)});

  CHECK(rig.micro_batch(*source) == R"({"id":1})");
  CHECK(rig.micro_batch(*source) == "none");
}

TEST_CASE("local relation gives its rows once and ends") {
  SourceRig rig;
  const auto planned = plan_local_relation(id_schema(), {row(1), row(2)});
  CHECK(planned.bounded);
  auto source = planned.make();
  REQUIRE(source->open(rig.context, {}).ok());

  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::EndOfInput);
  CHECK(rig.recorder.take() == R"({"id":1} {"id":2})");
}

}  // namespace millrace
