#include "operators/transform_with_state.hpp"

#include "operators/processor_handle.hpp"
#include "tests/support/operator_harness.hpp"

#include <stdexcept>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kPayments =
    schema_of({{"card", TypeKind::String}, {"amount", TypeKind::Int}, {"t", TypeKind::Timestamp}});
const SchemaPtr kKey = schema_of({{"card", TypeKind::String}});
const SchemaPtr kInitial = schema_of({{"card", TypeKind::String}, {"total", TypeKind::Long}});
const SchemaPtr kResult = schema_of({{"card", TypeKind::String}, {"n", TypeKind::Long}});
constexpr bool kMicroBatch = true;
constexpr bool kContinuous = false;

template <class Processor>
OperatorHarness transform(TimeMode mode, bool at_marker = kMicroBatch, int event_time = -1,
                          const std::vector<std::vector<Value>>& initial = {}) {
  TransformWithStateOptions options;
  options.keys = {column_of(kPayments, 0)};
  options.key_schema = kKey;
  options.input = kPayments;
  options.output = kResult;
  options.make = [] { return std::make_unique<Processor>(); };
  options.time_mode = mode;
  options.event_time = event_time;
  options.name = "test";
  options.policy = {OutputMode::Append, at_marker};
  options.initial = {*kInitial, initial};
  return OperatorHarness(kPayments, [options] { return make_transform_with_state(options); });
}

/// Puts out the sum of a card's amounts behind each row.
class Totals : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    total_ = handle.value_state<std::int64_t>("total");
  }
  void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (const RowView* row = rows.next()) {
      const int amount = row->column("AMOUNT");
      if (row->is_null(amount)) {
        total_.clear();
        out.emit(key.get_text(0), std::nullopt);
        continue;
      }
      total_.update(total_.get().value_or(0) + row->get_long(amount));
      out.emit(key.get_text(0), *total_.get());
    }
  }

  void handle_initial_state(const RowView&, const RowView& initial, const TimerValues&) override {
    total_.update(initial.get_long(initial.column("total")));
  }

 private:
  ValueState<std::int64_t> total_;
};

/// Keeps amounts in a list until there are three, then gives their sum.
class Threes : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    amounts_ = handle.list_state<std::int32_t>("amounts");
  }
  void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (const RowView* row = rows.next()) {
      amounts_.append(static_cast<std::int32_t>(row->get_long(1)));
      std::int64_t sum = 0;
      const auto all = amounts_.get();
      if (all.size() < 3) continue;
      for (const std::int32_t amount : all) sum += amount;
      amounts_.clear();
      out.emit(key.get_text(0), sum);
    }
  }

 private:
  ListState<std::int32_t> amounts_;
};

/// How often each amount came; amounts that came three times are forgotten.
class Amounts : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    times_ = handle.map_state<std::string, std::int64_t>("times");
  }
  void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (const RowView* row = rows.next()) {
      const std::string amount = std::to_string(row->get_long(1));
      const std::int64_t times = times_.get(amount).value_or(0) + 1;
      times == 3 ? times_.remove(amount) : times_.update(amount, times);
      out.emit(key.get_text(0), static_cast<std::int64_t>(times_.entries().size()));
    }
  }

 private:
  MapState<std::string, std::int64_t> times_;
};

/// Gives the number of a card's rows ten seconds after each, in the time of its mode.
class Reminder : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    handle_ = &handle;
    rows_ = handle.value_state<std::int64_t>("rows");
  }
  void handle_input_rows(const RowView&, InputRows& rows, const TimerValues& times,
                         OutputRows&) override {
    while (const RowView* row = rows.next()) {
      rows_.update(rows_.get().value_or(0) + 1);
      const bool has_time = !row->is_null(2);
      handle_->register_timer((has_time ? row->get_long(2) / 1000 : times.processing_time_ms) +
                              10'000);
      if (row->get_long(1) == 0)
        for (const std::int64_t timer : handle_->list_timers()) handle_->delete_timer(timer);
    }
  }
  void handle_expired_timer(const RowView& key, std::int64_t expiry_ms, const TimerValues& times,
                            OutputRows& out) override {
    CHECK(std::max(times.watermark_ms, times.processing_time_ms) >= expiry_ms);
    out.emit(key.get_text(0), *rows_.get() * 100 + expiry_ms / 1000);
  }

 private:
  StatefulProcessorHandle* handle_ = nullptr;
  ValueState<std::int64_t> rows_;
};

/// True while the card had a row in the last minute.
class Recent : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle& handle) override {
    seen_ = handle.value_state<char>("seen", 60'000);
  }
  void handle_input_rows(const RowView& key, InputRows& rows, const TimerValues&,
                         OutputRows& out) override {
    while (rows.next()) {
      out.emit(key.get_text(0), seen_.exists() ? 1 : 0);
      seen_.update('x');
    }
  }

 private:
  ValueState<char> seen_;
};

class Thrower : public Totals {
 public:
  void handle_input_rows(const RowView&, InputRows&, const TimerValues&, OutputRows& out) override {
    out.emit("too", "many", "values");
  }
};

}  // namespace

TEST_CASE("a processor keeps one value for each key") {
  auto harness = transform<Totals>(TimeMode::None);
  harness.rows({{"a", 5, sec(1)}}).rows({{"b", 1, sec(1)}}).marker();
  harness.rows({{"a", 2, sec(2)}, {"a", nullptr, sec(2)}, {"a", 3, sec(3)}}).marker();

  CHECK(harness.run() == "a,5 b,1 |0 a,7 a,null a,3 |1");
  CHECK(harness.counters().state_rows_total.value() == 2);
}

TEST_CASE("a processor begins with its initial state, once") {
  auto harness = transform<Totals>(
      TimeMode::None, kMicroBatch, -1,
      {{Value{TypeKind::String, std::string("a")}, Value{TypeKind::Long, std::int64_t{100}}}});
  harness.rows({{"a", 5, sec(1)}})
      .marker()
      .rows({{"a", 1, sec(1)}})
      .rows({{"b", 1, sec(1)}})
      .marker();

  CHECK(harness.run() == "a,105 |0 a,106 b,1 |1");
}

TEST_CASE("a processor keeps a list for each key in the order of arrival") {
  auto harness = transform<Threes>(TimeMode::None);
  harness.rows({{"a", 5, sec(1)}, {"a", 6, sec(1)}}).marker().rows({{"a", 7, sec(1)}}).marker();
  harness.rows({{"a", 1, sec(1)}}).marker();

  CHECK(harness.run() == "|0 a,18 |1 |2");
  CHECK(harness.counters().state_rows_total.value() == 1);
}

TEST_CASE("a processor keeps a map for each key") {
  auto harness = transform<Amounts>(TimeMode::None);
  harness.rows({{"a", 5, sec(1)}, {"a", 6, sec(1)}, {"a", 5, sec(1)}}).marker();
  harness.rows({{"a", 5, sec(1)}}).marker();

  CHECK(harness.run() == "a,1 a,2 a,2 |0 a,1 |1");
}

TEST_CASE("timers in event time fire when the watermark reaches them, the earliest first") {
  auto harness = transform<Reminder>(TimeMode::EventTime, kMicroBatch, 2);
  harness.rows({{"a", 1, sec(5)}, {"b", 1, sec(4)}, {"a", 1, sec(20)}}).watermark(14.999).marker();
  harness.watermark(15).marker();
  harness.watermark(40).marker();

  CHECK(harness.run() == "b,114 w14.999 |0 a,215 w15 |1 a,230 w40 |2");
}

TEST_CASE("continuously timers fire with the watermark, and late rows are dropped") {
  auto harness = transform<Reminder>(TimeMode::EventTime, kContinuous, 2);
  harness.rows({{"a", 1, sec(5)}}).watermark(15).rows({{"a", 1, sec(15)}, {"a", 1, sec(16)}});
  harness.watermark(30);

  CHECK(harness.run() == "a,115 w15 a,226 w30");
}

TEST_CASE("a processor never sees late rows, which go to what reads them") {
  auto harness = transform<Totals>(TimeMode::None, kMicroBatch, 2);
  harness.take_late().rows({{"a", 1, sec(20)}}).watermark(10).marker();
  harness.rows({{"a", 2, sec(10)}}).rows({{"a", 3, sec(11)}}).marker();

  CHECK(harness.run() == "a,1 w10 |0 late:a,2,10 a,4 |1");
}

TEST_CASE("a timer set twice fires once, and one that was deleted never") {
  auto harness = transform<Reminder>(TimeMode::EventTime, kMicroBatch, 2);
  harness.rows({{"a", 1, sec(5)}, {"a", 1, sec(5)}, {"b", 1, sec(5)}, {"b", 0, sec(6)}}).marker();
  harness.watermark(100).marker();

  CHECK(harness.run() == "|0 a,215 w100 |1");
}

TEST_CASE("timers in processing time fire when their time has come") {
  auto harness = transform<Reminder>(TimeMode::ProcessingTime, kContinuous);
  harness.wait(1).rows({{"a", 1, nullptr}}).wait(9).rows({{"b", 1, nullptr}}).wait(1).wait(60);

  CHECK(harness.run() == "a,111 b,120");
}

TEST_CASE("in micro-batch mode timers in processing time fire at the marker") {
  auto harness = transform<Reminder>(TimeMode::ProcessingTime, kMicroBatch);
  harness.rows({{"a", 1, nullptr}}).marker().wait(9).marker().wait(1).marker();

  CHECK(harness.run() == "|0 |1 a,110 |2");
}

TEST_CASE("timers in event time fire when a bounded input ends") {
  auto harness = transform<Reminder>(TimeMode::EventTime, kMicroBatch, 2);
  harness.rows({{"a", 1, sec(5)}}).finish();

  CHECK(harness.run() == "a,115 end");
}

TEST_CASE("a value is gone when its time to live is over") {
  auto harness = transform<Recent>(TimeMode::ProcessingTime, kContinuous);
  harness.rows({{"a", 1, nullptr}}).wait(59).rows({{"a", 1, nullptr}}).wait(59);
  harness.rows({{"a", 1, nullptr}}).wait(60).rows({{"a", 1, nullptr}}).wait(60).marker();

  CHECK(harness.run() == "a,0 a,1 a,1 a,0 |0");
  CHECK(harness.counters().state_rows_total.value() == 0);
}

TEST_CASE("what a processor throws fails the job and names the processor") {
  auto harness = transform<Thrower>(TimeMode::None);
  harness.rows({{"a", 1, sec(1)}});

  (void)harness.run();

  REQUIRE(harness.failures().size() == 1);
  CHECK(harness.failures()[0].message == "processor 'test' failed: row of 3 values for 2 columns");
}

TEST_CASE("states are declared once, and in init, and options are text") {
  SubtaskState state(false);
  Options options;
  options.set("limit", "5");
  ProcessorHandle handle(TimeMode::None, options);
  StatefulProcessorHandle& declared = handle;
  handle.open(state);
  (void)declared.value_state<int>("x");

  CHECK_THROWS_WITH((declared.map_state<int, int>("x")), "state declared twice: 'x'");
  handle.close();
  CHECK_THROWS_WITH(declared.value_state<int>("y"), "states are declared in init: 'y'");
  CHECK_THROWS_WITH(declared.register_timer(1), "timers need a time mode");
  CHECK(declared.option("LIMIT") == "5");
  CHECK_FALSE(declared.option("other"));
}
