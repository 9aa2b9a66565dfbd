#include "checkpoint/rising_timers.hpp"
#include "checkpoint/timer_index.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace millrace;

namespace {

std::byte values[2'000];

template <class Timers>
std::string due(Timers& timers, std::int64_t limit) {
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

TEST_CASE("rising timers fall due by time whatever the order of adding, equal ones in that order") {
  RisingTimers timers;
  std::vector<std::pair<std::int64_t, int>> added;
  std::int64_t time = 1;
  for (int i = 0; i < 2'000; ++i) {
    time = (time * 48'271) % 2'147'483'647;
    added.emplace_back(i + time % 300, i);
    timers.add(added.back().first, values + i);
  }
  std::stable_sort(added.begin(), added.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });

  CHECK(timers.first_time() == added.front().first);
  for (const auto& [due_at, number] : added) {
    CHECK(timers.take_due(due_at - 1) == nullptr);
    CHECK(timers.take_due(due_at) == values + number);
  }
  CHECK(timers.first_time() == std::nullopt);
}

TEST_CASE("one rising timer far ahead, or one that is never due, leaves the others in order") {
  RisingTimers timers;
  timers.add(std::numeric_limits<std::int64_t>::max(), &values[0]);
  timers.add(1'000, &values[1]);
  timers.add(10, &values[2]);
  timers.add(20, &values[3]);
  timers.add(10, &values[4]);
  CHECK(timers.ahead(0) == &values[2]);
  CHECK(due(timers, 1'000) == "2431");
  CHECK(timers.ahead(0) == nullptr);
}
