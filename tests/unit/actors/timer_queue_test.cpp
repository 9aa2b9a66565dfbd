#include "actors/timer_queue.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

TimerQueue::Time at(int second) { return TimerQueue::Time(std::chrono::seconds(second)); }

}  // namespace

TEST_CASE("a timer queue gives calls out when their time has come, first things first") {
  TimerQueue timers;
  std::vector<int> ran;
  CHECK(timers.next() == TimerQueue::Time::max());
  CHECK(timers.add(at(2), [&] { ran.push_back(2); }));
  CHECK(timers.add(at(1), [&] { ran.push_back(1); }));
  CHECK_FALSE(timers.add(at(3), [&] { ran.push_back(3); }));
  CHECK(timers.next() == at(1));

  CHECK(timers.take_due(at(0)).empty());
  for (const auto& call : timers.take_due(at(2))) call();
  CHECK(ran == std::vector{1, 2});
  CHECK(timers.next() == at(3));
}

TEST_CASE("calls for the same time come out in the order in which they were added") {
  TimerQueue timers;
  std::vector<int> ran;
  CHECK(timers.add(at(1), [&] { ran.push_back(1); }));
  CHECK_FALSE(timers.add(at(1), [&] { ran.push_back(2); }));
  for (const auto& call : timers.take_due(at(1))) call();
  CHECK(ran == std::vector{1, 2});
  CHECK(timers.next() == TimerQueue::Time::max());
}
