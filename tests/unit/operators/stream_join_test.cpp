#include "operators/stream_join.hpp"

#include "tests/support/operator_harness.hpp"

#include <algorithm>
#include <optional>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kViews = schema_of({{"ad", TypeKind::String}, {"seen", TypeKind::Timestamp}});
const SchemaPtr kClicks = schema_of({{"ad", TypeKind::String}, {"clicked", TypeKind::Timestamp}});
const SchemaPtr kPairs = schema_of({{"ad", TypeKind::String},
                                    {"seen", TypeKind::Timestamp},
                                    {"ad", TypeKind::String},
                                    {"clicked", TypeKind::Timestamp}});

/// A click belongs to a view of the same ad at most 5 seconds before it; the condition itself is
/// left out, so that all pairs with one key come out.
StreamJoinOptions views_and_clicks(JoinType type, bool at_marker) {
  StreamJoinOptions options;
  options.type = type;
  options.left = {{kViews, {column_of(kViews, 0)}, nullptr}, 1, JoinLimit{1, false, -sec(5), true}};
  options.right = {{kClicks, {column_of(kClicks, 0)}, nullptr}, 1, JoinLimit{1, false, 0, true}};
  options.null_safe = {false};
  options.pairs = kPairs;
  options.output = gives_left_only(type) ? kViews : kPairs;
  options.policy = {OutputMode::Append, at_marker};
  return options;
}

OperatorHarness joined_with(JoinType type, std::optional<JoinLimit> left,
                            std::optional<JoinLimit> right) {
  return OperatorHarness({kViews, kClicks}, [type, left, right] {
    StreamJoinOptions options = views_and_clicks(type, true);
    options.left.limit = left;
    options.right.limit = right;
    return make_stream_join(std::move(options));
  });
}

OperatorHarness joined(JoinType type, bool at_marker = true) {
  OperatorHarness harness({kViews, kClicks}, [type, at_marker] {
    return make_stream_join(views_and_clicks(type, at_marker));
  });
  return harness.results_follow_batches();
}

constexpr int kLeft = 0;
constexpr int kRight = 1;

}  // namespace

TEST_CASE("a pair comes out once, whichever side comes first") {
  auto harness = joined(JoinType::Inner);
  harness.rows({{"a", sec(1)}}, kLeft).rows({{"a", sec(2)}, {"b", sec(2)}}, kRight).marker();
  harness.rows({{"b", sec(3)}, {nullptr, sec(3)}}, kLeft).rows({{nullptr, sec(3)}}, kRight);
  CHECK(harness.marker().run() == "a,1,a,2 |0 b,3,b,2 |1");
}

TEST_CASE("rows are forgotten when no partner can come, and the watermark below waits for them") {
  auto harness = joined(JoinType::Inner);
  harness.rows({{"a", sec(10)}}, kLeft).rows({{"a", sec(10)}}, kRight).watermark(15).marker();
  harness.watermark(15.001).marker();
  CHECK(harness.run() == "a,10,a,10 w9.999 |0 w10 |1");
  CHECK(harness.counters().state_rows_total.value() == 0);
}

TEST_CASE("a join without bounds passes its watermark on") {
  auto harness = joined_with(JoinType::Inner, std::nullopt, std::nullopt);
  CHECK(harness.watermark(15).marker().run() == "w15 |0");
}

TEST_CASE("a bound above the watermark does not raise it below") {
  const JoinLimit above{1, false, sec(5), false};
  auto harness = joined_with(JoinType::Inner, above, above);
  CHECK(harness.watermark(15).marker().run() == "w15 |0");
}

TEST_CASE("the watermark below a semi join waits for left rows alone") {
  auto harness = joined_with(JoinType::LeftSemi, JoinLimit{1, false, 0, true},
                             JoinLimit{1, false, -sec(5), true});
  CHECK(harness.watermark(15).marker().run() == "w14.999 |0");
}

TEST_CASE("an outer row without partner comes out when it is given up, and once only") {
  auto harness = joined(JoinType::LeftOuter);
  harness.rows({{"a", sec(10)}, {"b", sec(10)}, {nullptr, sec(10)}}, kLeft);
  harness.rows({{"a", sec(11)}, {"c", sec(11)}}, kRight).marker().watermark(20).marker().marker();
  CHECK(harness.run() ==
        "a,10,a,11 |0 b,10,null,null null,10,null,null w14.999 |1 |2");
}

TEST_CASE("a full join keeps both sides") {
  auto harness = joined(JoinType::FullOuter);
  harness.rows({{"a", sec(1)}}, kLeft).rows({{"b", sec(2)}}, kRight).watermark(60).marker();
  CHECK(harness.run() == "a,1,null,null null,null,b,2 w54.999 |0");
}

TEST_CASE("a semi join gives a left row at its first partner") {
  auto harness = joined(JoinType::LeftSemi);
  harness.rows({{"a", sec(1)}, {"b", sec(1)}}, kLeft).rows({{"a", sec(2)}, {"a", sec(3)}}, kRight);
  harness.marker().rows({{"a", sec(4)}}, kLeft).rows({{"a", sec(4)}}, kRight).marker();
  CHECK(harness.run() == "a,1 |0 a,4 |1");
}

TEST_CASE("late rows neither match nor stay: judged by the watermark before the last marker") {
  auto harness = joined(JoinType::LeftOuter);
  harness.rows({{"a", sec(100)}}, kLeft).watermark(90).marker();
  harness.rows({{"a", sec(90)}}, kRight).rows({{"a", sec(91)}}, kRight).marker();
  CHECK(harness.run() == "w84.999 |0 a,100,a,91 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
}

TEST_CASE("late rows of either side go where they are asked for, with NULLs for the other side") {
  auto harness = joined(JoinType::Inner);
  harness.take_late().watermark(90).marker();
  harness.rows({{"a", sec(90)}, {"b", sec(91)}}, kLeft).rows({{"b", sec(80)}}, kRight);
  CHECK(harness.run() == "w84.999 |0 late:a,90,null,null late:null,null,b,80");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 2);
}

TEST_CASE("in continuous mode rows are given up as soon as the watermark passes") {
  auto harness = joined(JoinType::LeftOuter, false);
  harness.rows({{"a", sec(1)}}, kLeft).watermark(10).rows({{"b", sec(20)}}, kLeft).marker();
  CHECK(harness.run() == "a,1,null,null w4.999 |0");
}

TEST_CASE("a hot key gives all its pairs through a full outbox") {
  std::vector<Row> views;
  for (int i = 0; i < 5'000; ++i) views.push_back({"a", sec(i)});
  auto harness = joined(JoinType::Inner);
  harness.rows(views, kLeft).rows({{"a", sec(1)}, {"a", sec(2)}}, kRight).marker();
  const std::string given = harness.run();
  CHECK(std::count(given.begin(), given.end(), ' ') == 10'000);
}
