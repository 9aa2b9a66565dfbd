#include "sinks/held_sink.hpp"

#include "tests/support/fake_sink.hpp"
#include "tests/unit/sinks/sink_rig.hpp"

namespace millrace {

namespace {

/// A held sink over one that writes down what it is given.
struct HeldRig {
  explicit HeldRig(int refuse_every = 0) : rig({{{"id", TypeKind::Long}}}) {
    rig.context.keep_output = [this](Epoch epoch, std::string rows) {
      kept.push_back({epoch, std::move(rows)});
    };
    sink = std::make_unique<HeldSink>(
        std::make_unique<testing::CollectingSink>(collected, refuse_every));
    REQUIRE(sink->open(rig.context).ok());
  }
  void write(std::int64_t first, std::int64_t second) {
    rig.write(*sink, {{integer(first, TypeKind::Long)}, {integer(second, TypeKind::Long)}});
  }
  void prepare_next() {
    tokens.push_back(rig.prepare(*sink));
    rig.context.epoch = next(rig.context.epoch);
  }
  std::vector<std::int64_t>& shown() { return collected->values; }

  std::shared_ptr<testing::Collected> collected = std::make_shared<testing::Collected>();
  SinkRig rig;
  std::vector<RecoveredOutput::Rows> kept;
  std::vector<CommitToken> tokens;
  std::unique_ptr<HeldSink> sink;
};

using Ids = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("held rows are shown when their epoch commits, epoch by epoch") {
  HeldRig held;
  held.write(1, 2);
  held.prepare_next();
  held.write(3, 4);
  held.prepare_next();
  held.write(5, 6);
  CHECK(held.shown().empty());

  int num_done = 0;
  const auto done = [&](Status status) { num_done += status.ok(); };
  held.sink->commit(Epoch{0}, held.tokens[0], done);
  CHECK(held.shown() == Ids{1, 2});
  held.sink->commit(Epoch{1}, held.tokens[1], done);
  CHECK(held.shown() == Ids{1, 2, 3, 4});
  CHECK(num_done == 2);
  CHECK(held.collected->epochs == "0:2 1:2");
}

TEST_CASE("a commit is confirmed when the sink inside has taken all rows") {
  HeldRig held(2);
  held.write(1, 2);
  held.write(3, 4);
  held.prepare_next();

  bool is_done = false;
  held.sink->commit(Epoch{0}, held.tokens[0], [&](Status status) { is_done = status.ok(); });
  CHECK(held.shown() == Ids{1, 2});
  CHECK_FALSE(is_done);
  CHECK(held.rig.num_wakes == 1);

  held.sink->on_wake();
  CHECK(held.shown() == Ids{1, 2, 3, 4});
  CHECK(is_done);
}

TEST_CASE("rows that were committed and not shown come back from the journal, oldest first") {
  HeldRig before;
  before.write(1, 2);
  before.prepare_next();
  before.prepare_next();
  before.write(3, 4);
  before.prepare_next();
  REQUIRE(before.kept.size() == 2);

  HeldRig after;
  REQUIRE(after.sink->recover({{0, "", before.kept}}).ok());
  bool is_done = false;
  after.sink->commit(Epoch{2}, CommitToken{}, [&](Status status) { is_done = status.ok(); });
  CHECK(after.shown() == Ids{1, 2, 3, 4});
  CHECK(is_done);
}

TEST_CASE("held rows that are cut short are an error") {
  HeldRig held;
  CHECK_FALSE(held.sink->recover({{0, "", {{Epoch{0}, std::string(3, '\1')}}}}).ok());
}

}  // namespace millrace
