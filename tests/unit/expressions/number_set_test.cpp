#include "expressions/aggregates/number_set.hpp"

#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <utility>

using namespace millrace;

namespace {

constexpr std::uint32_t kFlags = 3;

std::map<std::uint64_t, std::uint32_t> numbers_of(const StateBytes& state) {
  std::map<std::uint64_t, std::uint32_t> numbers;
  NumberSet::for_each(state, kFlags, [&](std::uint64_t number, std::uint32_t flags) {
    CHECK(numbers.emplace(number, flags).second);
  });
  return numbers;
}

}  // namespace

TEST_CASE("a number set knows the flags of each number and counts the numbers of each flag") {
  StateBytes state;
  std::map<std::uint64_t, std::uint32_t> expected;
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t number = i % 2 == 0 ? random() % 3000 : (random() % 500) << 52;
    const std::uint32_t flags = 1 + static_cast<std::uint32_t>(random() % 7);
    NumberSet(state, kFlags).add(number, flags);
    expected[number] |= flags;
  }

  CHECK(numbers_of(state) == expected);
  for (std::uint32_t flag = 0; flag < kFlags; ++flag) {
    std::uint32_t count = 0;
    for (const auto& [number, flags] : expected) count += flags >> flag & 1;
    CHECK(NumberSet::count(state, flag) == count);
  }
}

TEST_CASE("an empty state is an empty number set") {
  const StateBytes state;
  CHECK(NumberSet::count(state, 2) == 0);
  CHECK(numbers_of(state).empty());
}

TEST_CASE("a number set does not change where a number has the flags already") {
  StateBytes state;
  NumberSet(state, kFlags).add(0, 0b011);
  state.note_logged();

  NumberSet(state, kFlags).add(0, 0b010);
  CHECK_FALSE(state.changes().rewritten);

  NumberSet(state, kFlags).add(0, 0b100);
  CHECK(state.changes().rewritten);
}
