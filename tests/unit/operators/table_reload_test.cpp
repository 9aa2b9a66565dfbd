#include "operators/table_reload.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kNumbers = schema_of({{"n", TypeKind::Long, true}});

/// Gives one row in a batch of its own: how often the table was read.
class CountingReader final : public TableReader {
 public:
  explicit CountingReader(int& times_read) : times_read_(times_read) {}
  Status start(OperatorContext& context) override {
    pool_ = &context.pool;
    ++times_read_;
    is_given_ = false;
    return {};
  }
  Result<std::optional<RecordBatch>> read() override {
    if (std::exchange(is_given_, true)) return std::optional<RecordBatch>();
    return std::optional(batch_of(*pool_, kNumbers, {{times_read_}}));
  }
  bool has_changed() override { return true; }

 private:
  int& times_read_;
  RecordPool* pool_ = nullptr;
  bool is_given_ = false;
};

class Services final : public JobServices {
 public:
  std::optional<Watermark> planned_watermark(Epoch) const override { return std::nullopt; }
  void report_event_time(int, Epoch, const EventTimeStats&) override {}
  std::int64_t now_micros() const override { return now; }
  void wake_at(std::int64_t) override {}

  std::int64_t now = 0;
};

/// One subtask of a join whose table is read again each minute.
class Subtask {
 public:
  Subtask(int number, Services& services, std::shared_ptr<TableReadings> readings)
      : context_{*pool_, eval_, counters_, services, state_, 0, number, 2},
        reload_(std::move(readings)) {
    reload_.open(context_);
  }
  Subtask& end_epoch() {
    reload_.end_epoch();
    context_.epoch = next(context_.epoch);
    return *this;
  }
  bool is_due() { return reload_.is_due(); }
  /// `wait`, `end`, or the number in the next batch.
  std::string read() {
    auto rows = reload_.read();
    REQUIRE(rows.ok());
    if (!rows->has_value()) return "end";
    return **rows ? std::to_string((*rows)->column(0).at<std::int64_t>(0)) : "wait";
  }
  std::string read_all() {
    std::string text;
    for (std::string part = read(); part != "end"; part = read())
      if (part != "wait") text += part;
    return text;
  }

 private:
  RecordPool::Owner pool_ = RecordPool::create();
  EvalContext eval_{*pool_, 0, {}};
  SubtaskCounters counters_;
  SubtaskState state_{false};
  OperatorContext context_;
  TableReload reload_;
};

struct Join {
  int times_read = 0;
  Services services;
  std::shared_ptr<TableReadings> readings = make_table_readings(
      {[this] { return std::make_unique<CountingReader>(times_read); }, sec(60), false});
  Subtask first{0, services, readings};
  Subtask second{1, services, readings};
};

}  // namespace

TEST_CASE("subtasks turn to a new table at one epoch, whoever comes to it first") {
  Join join;
  join.first.end_epoch().end_epoch();
  join.services.now = sec(61);
  REQUIRE(join.first.is_due());
  CHECK(join.first.read_all() == "1");

  CHECK_FALSE(join.second.is_due());
  CHECK_FALSE(join.second.end_epoch().is_due());
  REQUIRE(join.second.end_epoch().is_due());
  CHECK(join.second.read_all() == "1");
  CHECK(join.times_read == 1);
}

TEST_CASE("a subtask waits for the one that reads the table, and gets its rows") {
  Join join;
  join.services.now = sec(61);
  REQUIRE(join.second.is_due());
  REQUIRE(join.first.is_due());
  CHECK(join.first.read() == "wait");
  CHECK(join.second.read_all() == "1");
  CHECK(join.first.read_all() == "1");
  CHECK(join.times_read == 1);
}

TEST_CASE("an epoch that began with the old table keeps it, when the time comes meanwhile") {
  Join join;
  CHECK_FALSE(join.first.is_due());
  join.services.now = sec(61);
  CHECK_FALSE(join.second.is_due());
  CHECK(join.first.end_epoch().is_due());
}

TEST_CASE("a subtask that had no rows for long takes the newest table") {
  Join join;
  for (int minute = 1; minute <= 3; ++minute) {
    join.services.now = sec(61 * minute);
    REQUIRE(join.first.is_due());
    (void)join.first.read_all();
    join.first.end_epoch();
    join.second.end_epoch();
  }
  REQUIRE(join.second.is_due());
  CHECK(join.second.read_all() == "3");
}
