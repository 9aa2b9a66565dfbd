#include "actors/run_queue.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("a run queue gives its tasks back in order, once") {
  RunQueue queue;
  TaskCell first, second;
  CHECK(queue.is_empty());
  CHECK(queue.put(first));
  CHECK(queue.put(second));
  CHECK_FALSE(queue.is_empty());

  std::vector<TaskCell*> turn;
  queue.take(turn);
  CHECK(turn == std::vector<TaskCell*>{&first, &second});
  CHECK(queue.is_empty());
  queue.take(turn);
  CHECK(turn.empty());
}

TEST_CASE("a closed run queue hands out what waited and takes nothing more") {
  RunQueue queue;
  TaskCell early, late;
  CHECK(queue.put(early));

  std::vector<TaskCell*> turn;
  queue.close(turn);
  CHECK(turn == std::vector<TaskCell*>{&early});
  CHECK_FALSE(queue.put(late));
}
