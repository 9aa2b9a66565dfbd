// Whole jobs with the actors run one at a time in an order drawn from a seed: whatever the order, the
// result is that of the undisturbed run.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "actors/job.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_plan.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

std::uint64_t first_seed() {
  const char* given = std::getenv("MILLRACE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

Chain random_chain(std::mt19937_64& random) {
  Chain chain;
  chain.total = 1 + static_cast<std::int64_t>(random() % 300);
  chain.batch = 1 + static_cast<std::int64_t>(random() % 20);
  chain.per_epoch = 1 + static_cast<std::int64_t>(random() % 120);
  chain.num_operators = 1 + static_cast<int>(random() % 3);
  chain.parallelism = 1 + static_cast<int>(random() % 3);
  chain.refuse_every = static_cast<int>(random() % 2) * (2 + static_cast<int>(random() % 4));
  return chain;
}

JobOptions random_options(std::mt19937_64& random) {
  JobOptions options;
  options.simulated = true;
  options.hand_off = random() % 2 == 0;
  options.channel_records = 1 + static_cast<std::int64_t>(random() % 40);
  const bool continuous = random() % 2 == 0;
  options.trigger = {continuous ? Trigger::Kind::Continuous : Trigger::Kind::AvailableNow,
                     std::chrono::milliseconds(1 + random() % 5)};
  return options;
}

/// Rows of epoch n, from "0:4 1:5"; -1 when the epochs are not 0, 1, 2 ...
std::int64_t rows_in_order(const std::string& epochs) {
  std::int64_t rows = 0, expected = 0;
  for (const char* at = epochs.c_str(); *at != 0;) {
    char* rest = nullptr;
    if (std::strtoll(at, &rest, 10) != expected++) return -1;
    rows += std::strtoll(rest + 1, &rest, 10);
    at = *rest == ' ' ? rest + 1 : rest;
  }
  return rows;
}

void run(std::uint64_t seed) {
  INFO("MILLRACE_SEED=" << seed);
  std::mt19937_64 random(seed);
  const Chain chain = random_chain(random);
  auto collected = std::make_shared<Collected>();
  auto job = Job::start(plan_of(chain, collected), random_options(random));
  REQUIRE(job.ok());

  std::int64_t steps = 0;
  while (!(*job)->await_for(std::chrono::microseconds(0)) &&
         ((*job)->step(random) || (*job)->next_timer()))
    REQUIRE(++steps < 1'000'000);

  REQUIRE((*job)->await_for(std::chrono::microseconds(0)));
  REQUIRE((*job)->await().ok());
  std::sort(collected->values.begin(), collected->values.end());
  std::vector<std::int64_t> expected(static_cast<std::size_t>(chain.total));
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<std::int64_t>(i);
  REQUIRE(collected->values == expected);
  REQUIRE(rows_in_order(collected->epochs) == chain.total);
}

}  // namespace

TEST_CASE("every schedule gives every record once and every epoch in order") {
  const std::uint64_t seed = first_seed();
  for (std::uint64_t i = 0; i < 200; ++i) run(seed + i);
}
