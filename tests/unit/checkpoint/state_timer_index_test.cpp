#include "checkpoint/timer_index.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace millrace;

namespace {

std::byte values[5];

std::string due(TimerIndex& timers, std::int64_t limit) {
  std::string text;
  while (std::byte* value = timers.take_due(limit)) text += std::to_string(value - values);
  return text;
}

}  // namespace

TEST_CASE("timers fall due by time, and in the order of adding at one time") {
  TimerIndex timers;
  timers.add(20, &values[0]);
  timers.add(10, &values[1]);
  timers.add(20, &values[2]);
  timers.add(30, &values[3]);

  CHECK(timers.first_time() == 10);
  CHECK(due(timers, 9) == "");
  CHECK(due(timers, 20) == "102");
  CHECK(timers.size() == 1);
}

TEST_CASE("a timer added at a time already taken falls due") {
  TimerIndex timers;
  timers.add(10, &values[0]);
  CHECK(due(timers, 10) == "0");

  timers.add(10, &values[1]);

  CHECK(due(timers, 10) == "1");
  CHECK_FALSE(timers.first_time().has_value());
}
