#include "checkpoint/log_pace.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {

/// A pace after an epoch of so many changes of so many entries.
LogPace after_epoch(std::size_t num_changes, std::size_t num_entries) {
  LogPace pace;
  pace.due(num_changes, 0);
  pace.end_epoch(num_entries);
  return pace;
}

}  // namespace

TEST_CASE("nothing waits in the first epoch, whose length nobody knows") {
  LogPace pace;
  CHECK(pace.due(1, 1) == 1);
  CHECK(pace.due(100, 70) == 70);
}

TEST_CASE(
    "entries that change often wait until near the end and are then logged little by little") {
  LogPace pace = after_epoch(10'000, 500);

  CHECK(pace.due(8'900, 500) == 0);
  const std::size_t first = pace.due(200, 500);
  CHECK(first > 0);
  CHECK(first < 200);
  CHECK(pace.due(600, 500 - first) == 500 - first);
}

TEST_CASE("nothing waits where most changes are of entries not changed before") {
  LogPace pace = after_epoch(1'000, 900);
  CHECK(pace.due(10, 10) == 10);
}

TEST_CASE("never more than 4096 entries wait") {
  LogPace pace = after_epoch(1'000'000, 50'000);
  CHECK(pace.due(5'000, 5'000) == 5'000 - 4'096);
}

TEST_CASE("an epoch longer than the last has nothing waiting at its end") {
  LogPace pace = after_epoch(1'000, 100);
  CHECK(pace.due(2'000, 100) == 100);
  CHECK(pace.due(1, 1) == 1);
}
