#include "session/session.hpp"
#include "sources/memory_stream.hpp"
#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

/// Gives a word with its sum of numbers when the sum passes a limit.
class Limit final : public StatefulProcessor {
 public:
  explicit Limit(std::int64_t limit) : limit_(limit) {}
  void init(StatefulProcessorHandle& handle) override {
    sum_ = handle.value_state<std::int64_t>("sum");
  }
  void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (const RowView* row = rows.next()) {
      const std::int64_t before = sum_.get().value_or(0);
      sum_.update(before + row->get_long(row->column("n")));
      if (before <= limit_ && *sum_.get() > limit_) out.emit(key.get_text(0), *sum_.get());
    }
  }

 private:
  const std::int64_t limit_;
  ValueState<std::int64_t> sum_;
};

Schema word_schema() { return {{{"word", TypeKind::String, true}, {"n", TypeKind::Long, true}}}; }

std::vector<Value> row(const std::string& word, std::int64_t n) {
  return {Value{TypeKind::String, word}, Value{TypeKind::Long, n}};
}

DataFrame over_limit(const DataFrame& input, std::int64_t limit) {
  return input.group_by("word").transform_with_state(
      [limit] { return std::make_unique<Limit>(limit); }, "word STRING, sum BIGINT");
}

}  // namespace

TEST_CASE("a program's processor sees the rows of each key of a table") {
  const Session session;
  const DataFrame rows = session.create_data_frame(
      word_schema(), {row("a", 3), row("b", 2), row("a", 4), row("a", 9), row("b", 3)});

  const auto found = over_limit(rows, 5).collect();

  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  CHECK(std::get<std::string>((*found)[0][0].storage) == "a");
  CHECK(std::get<std::int64_t>((*found)[0][1].storage) == 7);
}

TEST_CASE("a program's processor runs over a stream") {
  const Session session;
  const auto stream = std::make_shared<MemoryStream>(word_schema());
  publish_memory_stream("limited", stream);
  stream->add_rows({row("a", 3), row("b", 5)});
  stream->add_rows({row("a", 3)});
  const DataFrame input = session.read_stream().format("memory").option("stream", "limited").load();

  auto query = over_limit(input, 5)
                   .write_stream()
                   .format("memory")
                   .query_name("limited")
                   .trigger(QueryTrigger::available_now())
                   .start();

  REQUIRE(query.ok());
  REQUIRE(query->await_termination().ok());
  const auto table = session.table("limited");
  REQUIRE(table.ok());
  const auto found = table->collect();
  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  CHECK(std::get<std::int64_t>((*found)[0][1].storage) == 6);
}
