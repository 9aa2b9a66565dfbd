#include "checkpoint/watermark_combiner.hpp"

#include "tests/support/catch.hpp"

using namespace millrace;

namespace {
std::int64_t micros(std::optional<Watermark> watermark) {
  return watermark ? watermark->micros : -1;
}

/// All of one port; one flag for each: does it carry watermarks?
std::vector<WatermarkCombiner::Input> inputs(std::initializer_list<bool> carries) {
  std::vector<WatermarkCombiner::Input> all;
  for (const bool one : carries) all.push_back({one, 0});
  return all;
}
}  // namespace

TEST_CASE("the watermark is the minimum over the inputs that carry one") {
  WatermarkCombiner combiner(inputs({true, false, true}));

  CHECK(micros(combiner.on_watermark(0, {50})) == -1);
  CHECK(micros(combiner.on_watermark(2, {30})) == 30);
  CHECK(micros(combiner.on_watermark(2, {70})) == 50);
}

TEST_CASE("the watermark never falls") {
  WatermarkCombiner combiner(inputs({true}));
  CHECK(micros(combiner.on_watermark(0, {50})) == 50);

  CHECK(micros(combiner.on_watermark(0, {40})) == -1);
  CHECK(micros(combiner.current()) == 50);
}

TEST_CASE("an ended input holds nobody back") {
  WatermarkCombiner combiner(inputs({true, true}));
  CHECK(micros(combiner.on_watermark(0, {50})) == -1);

  CHECK(micros(combiner.on_end(1)) == 50);
}

TEST_CASE("idle inputs are left out until they are active") {
  WatermarkCombiner combiner(inputs({true, true}));
  CHECK(micros(combiner.on_watermark(0, {50})) == -1);
  CHECK(micros(combiner.on_activity(1, Activity::Idle)) == 50);
  CHECK(combiner.activity() == Activity::Active);

  CHECK(micros(combiner.on_activity(0, Activity::Idle)) == -1);
  CHECK(combiner.activity() == Activity::Idle);

  CHECK(micros(combiner.on_activity(1, Activity::Active)) == -1);
  CHECK(combiner.activity() == Activity::Active);
}

TEST_CASE("inputs without watermarks make nobody idle") {
  const WatermarkCombiner combiner(inputs({false, false}));
  CHECK(combiner.activity() == Activity::Active);
}
