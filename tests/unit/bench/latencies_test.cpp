#include "tools/bench/histogram.hpp"

#include "tests/support/catch.hpp"

using namespace millrace::bench;

namespace {

/// So many calm records of 10 us and disturbed ones of 5 ms.
Latencies latencies(int num_calm, int num_disturbed) {
  Latencies result;
  for (int i = 0; i < num_calm; ++i) result.add(10'000, true);
  for (int i = 0; i < num_disturbed; ++i) result.add(5'000'000, false);
  return result;
}

}  // namespace

TEST_CASE("a quantile is of the calm records") {
  CHECK(latencies(1'000, 1'000).judged(0.99).at_quantile(0.99) < 11'000);
}

TEST_CASE("a quantile is of all records where fewer than five calm ones lie above it") {
  CHECK(latencies(499, 1'000).judged(0.99).at_quantile(0.99) > 4'900'000);
  CHECK(latencies(500, 1'000).judged(0.99).at_quantile(0.99) < 11'000);
}

TEST_CASE("a quantile is of all records where fewer than a twentieth are calm") {
  CHECK(latencies(1'000, 20'000).judged(0.99).at_quantile(0.99) > 4'900'000);
  CHECK(latencies(1'000, 19'000).judged(0.99).at_quantile(0.99) < 11'000);
}

TEST_CASE("a ratio is of calm records on both sides or of all on both") {
  const Latencies calm = latencies(1'000, 1'000), noisy = latencies(0, 1'000);

  CHECK(ratio_of(calm, calm, 0.99) == Approx(1));
  CHECK(ratio_of(calm, noisy, 0.99) == Approx(1));
  CHECK(ratio_of(noisy, calm, 0.99) == Approx(1));
}

TEST_CASE("there is no ratio to what has no records") {
  CHECK(ratio_of(Latencies(), latencies(1'000, 0), 0.99) == 0);
  CHECK(ratio_of(latencies(1'000, 0), Latencies(), 0.99) == 0);
}
