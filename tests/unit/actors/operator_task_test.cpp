#include "actors/operator_task.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_source.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

/// Wants to be called at one time and counts how often it was.
class Alarm final : public Operator {
 public:
  Alarm(std::int64_t at, int& calls) : at_(at), calls_(calls) {}
  Status open(OperatorContext& context) override {
    context.services.wake_at(at_);
    return {};
  }
  Progress process(int, RecordBatch, Output&) override { return Progress::Done; }
  Progress on_timer(std::int64_t, Output&) override {
    ++calls_;
    return Progress::Done;
  }

 private:
  const std::int64_t at_;
  int& calls_;
};

/// One operator task that nothing feeds, and its clocks.
struct Rig {
  explicit Rig(std::int64_t alarm) {
    TaskPlace place;
    place.clock = {[this] { return wall; }, [this] { return steady * 1000; }};
    place.signal_after = [this](std::chrono::microseconds delay) {
      delays.push_back(delay.count());
    };
    task = std::make_unique<OperatorTask>(std::move(place), std::make_unique<Alarm>(alarm, calls),
                                          std::vector<InputChannel>{}, std::vector<OutEdge>{},
                                          false, false, false, counters);
    REQUIRE(task->open(nullptr).ok());
  }
  /// The task is signalled after so much time by the steady clock and by the wall clock.
  void run_after(std::int64_t steady_micros, std::int64_t wall_micros) {
    steady += steady_micros;
    wall += wall_micros;
    TimeSlice slice;
    task->run_slice(slice);
  }

  std::int64_t wall = 0;
  std::int64_t steady = 0;
  int calls = 0;
  std::vector<std::int64_t> delays;  // asked for, microseconds
  SubtaskCounters counters;
  std::unique_ptr<OperatorTask> task;
};

}  // namespace

TEST_CASE("an operator is called when the time it asked for has come") {
  Rig rig(1000);
  CHECK(rig.delays == std::vector<std::int64_t>{1000});

  rig.run_after(400, 400);
  CHECK(rig.calls == 0);
  rig.run_after(600, 600);
  CHECK(rig.calls == 1);
  CHECK(rig.delays.size() == 1);
}

TEST_CASE("a timer whose signal comes early, because the wall clock was slower, is not lost") {
  Rig rig(1000);
  rig.run_after(1000, 990);
  CHECK(rig.calls == 0);
  CHECK(rig.delays == std::vector<std::int64_t>{1000, 10});

  rig.run_after(10, 10);
  CHECK(rig.calls == 1);
}
