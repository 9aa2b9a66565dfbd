#include "checkpoint/watermark_combiner.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {
std::int64_t micros(std::optional<Watermark> watermark) {
  return watermark ? watermark->micros : -1;
}
}  // namespace

TEST_CASE("the watermark is the minimum over the inputs that carry one") {
  WatermarkCombiner combiner({true, false, true});

  CHECK(micros(combiner.on_watermark(0, {50})) == -1);
  CHECK(micros(combiner.on_watermark(2, {30})) == 30);
  CHECK(micros(combiner.on_watermark(2, {70})) == 50);
}

TEST_CASE("the watermark never falls") {
  WatermarkCombiner combiner({true});
  CHECK(micros(combiner.on_watermark(0, {50})) == 50);

  CHECK(micros(combiner.on_watermark(0, {40})) == -1);
  CHECK(micros(combiner.current()) == 50);
}

TEST_CASE("an ended input holds nobody back") {
  WatermarkCombiner combiner({true, true});
  CHECK(micros(combiner.on_watermark(0, {50})) == -1);

  CHECK(micros(combiner.on_end(1)) == 50);
}
