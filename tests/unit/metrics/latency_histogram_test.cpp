#include "metrics/latency_histogram.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

TEST_CASE("an empty histogram has no quantiles") {
  LatencyHistogram histogram;

  CHECK(histogram.count() == 0);
  CHECK(histogram.at_quantile(0.99) == 0);
}

TEST_CASE("quantiles lie within a thirty-second of the truth") {
  LatencyHistogram histogram;
  for (std::int64_t ns = 1; ns <= 1'000'000; ns += 7) histogram.add(ns);

  CHECK(histogram.at_quantile(0.5) == Approx(500'000).epsilon(1.0 / 32));
  CHECK(histogram.at_quantile(0.99) == Approx(990'000).epsilon(1.0 / 32));
}

TEST_CASE("durations out of range fall into the outermost buckets") {
  LatencyHistogram histogram;
  histogram.add(-5);
  histogram.add(INT64_MAX);

  CHECK(histogram.count() == 2);
  CHECK(histogram.at_quantile(0.5) == 1);
  CHECK(histogram.at_quantile(1.0) > std::int64_t{60} * 1'000'000'000);
}
