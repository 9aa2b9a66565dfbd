#include "tools/bench/disturbances.hpp"

#include "tests/support/catch.hpp"

using namespace millrace::bench;

namespace {

constexpr std::int64_t kLook = 10'000'000;
constexpr std::int64_t kLeast = 50'000;

/// The load on core 0 and the system on core 1 spin; each ran all but what it waited.
ThreadLook spinning(int core, std::int64_t waited_ns) {
  return {core, kLook - waited_ns, waited_ns};
}

}  // namespace

TEST_CASE("records are calm while no other program holds a core") {
  Disturbances disturbances(kLeast);
  const ThreadLook threads[] = {spinning(0, 0), spinning(1, 20'000)};
  disturbances.add(0, kLook, threads);

  CHECK_FALSE(disturbances.contain(kLook / 2));
}

TEST_CASE("a wait for another program disturbs the look, and as long before and behind") {
  Disturbances disturbances(kLeast);
  const ThreadLook threads[] = {spinning(0, 0), spinning(1, 3'000'000)};
  disturbances.add(10 * kLook, 11 * kLook, threads);

  CHECK_FALSE(disturbances.contain(10 * kLook - 3'000'001));
  CHECK(disturbances.contain(10 * kLook - 3'000'000));
  CHECK(disturbances.contain(11 * kLook + 2'999'999));
  CHECK_FALSE(disturbances.contain(11 * kLook + 3'000'000));
}

TEST_CASE("what a system does to itself is no disturbance") {
  Disturbances disturbances(kLeast);
  const ThreadLook writes_checkpoint{1, 2'000'000, 500'000};
  const ThreadLook threads[] = {spinning(0, 0), spinning(1, 2'040'000), writes_checkpoint};
  disturbances.add(0, kLook, threads);

  CHECK_FALSE(disturbances.contain(kLook / 2));
}

TEST_CASE("a thread on another core does not account for a wait") {
  Disturbances disturbances(kLeast);
  const ThreadLook on_core_of_load{0, 2'000'000, 0};
  const ThreadLook threads[] = {spinning(0, 0), spinning(1, 2'040'000), on_core_of_load};
  disturbances.add(0, kLook, threads);

  CHECK(disturbances.contain(kLook / 2));
}

TEST_CASE("a thread without a core of its own says nothing of any") {
  Disturbances disturbances(kLeast);
  const ThreadLook threads[] = {{-1, 1'000, 9'000'000}};
  disturbances.add(0, kLook, threads);

  CHECK_FALSE(disturbances.contain(kLook / 2));
}

TEST_CASE("disturbances that overlap are one") {
  Disturbances disturbances(kLeast);
  const ThreadLook shortly[] = {spinning(1, 1'000'000)};
  const ThreadLook long_ago[] = {spinning(1, 9'000'000)};
  disturbances.add(4 * kLook, 5 * kLook, shortly);
  disturbances.add(5 * kLook, 6 * kLook, shortly);
  disturbances.add(6 * kLook, 7 * kLook, long_ago);

  CHECK_FALSE(disturbances.contain(4 * kLook - 1'000'001));
  CHECK(disturbances.contain(4 * kLook - 1'000'000));
  CHECK(disturbances.contain(5 * kLook + kLook / 2));
  CHECK(disturbances.contain(7 * kLook + 8'999'999));
}
