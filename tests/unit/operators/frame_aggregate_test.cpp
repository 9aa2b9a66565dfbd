#include "operators/frame_aggregate.hpp"

#include "expressions/binder.hpp"
#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kPayments = schema_of({{"k", TypeKind::String},
                                       {"v", TypeKind::Int},
                                       {"t", TypeKind::Timestamp},
                                       {"d", TypeKind::Double},
                                       {"s", TypeKind::String}});
constexpr int kTime = 2;
constexpr int kRowNumber = -1;
constexpr bool kContinuous = false;

/// A call over an input column (-1: over all rows) and its frame: seconds, or rows.
struct Call {
  FrameFunction function;
  int column;
  double preceding;
};

DataType result_of(const Call& call) {
  const bool counts =
      call.function == FrameFunction::Count || call.function == FrameFunction::CountDistinct;
  if (counts) return TypeKind::Long;
  if (call.function == FrameFunction::Average) return TypeKind::Double;
  const DataType& type = (*kPayments)[static_cast<std::size_t>(call.column)].type;
  return call.function == FrameFunction::Sum && type.is_integral() ? DataType(TypeKind::Long)
                                                                   : type;
}

FrameAggregateOptions over(const std::vector<Call>& calls, int order = kTime) {
  FrameAggregateOptions options;
  options.keys = {column_of(kPayments, 0)};
  options.order = order;
  auto output = std::make_shared<Schema>(*kPayments);
  for (const Call& call : calls) {
    const std::int64_t reach =
        order == kTime ? sec(call.preceding) : static_cast<std::int64_t>(call.preceding);
    if (options.frames.empty() || options.frames.back() != reach) options.frames.push_back(reach);
    FrameArgument argument;
    if (call.column >= 0) argument.value = column_of(kPayments, call.column);
    options.arguments.push_back(argument);
    options.calls.push_back(
        {call.function, options.arguments.size() - 1, options.frames.size() - 1, result_of(call)});
    output->fields.push_back({"r", result_of(call), true});
  }
  options.output = output;
  options.policy = {OutputMode::Append, true};
  return options;
}

OperatorHarness harness_of(const FrameAggregateOptions& options) {
  return OperatorHarness(kPayments, [options] { return make_frame_aggregate(options); });
}

/// A row of key a; columns that the test does not look at are NULL.
Row at(double seconds, Cell value = 1) {
  return {"a", std::move(value), sec(seconds), nullptr, nullptr};
}
Row real(double seconds, double value) { return {"a", nullptr, sec(seconds), value, nullptr}; }
Row text(double seconds, Cell value) {
  return {"a", nullptr, sec(seconds), nullptr, std::move(value)};
}

/// The last `count` cells of each row of the output; other words as they are.
std::string results(const std::string& output, std::size_t count) {
  std::string text;
  std::size_t start = 0;
  while (start < output.size()) {
    std::size_t end = output.find(' ', start);
    if (end == std::string::npos) end = output.size();
    std::string word = output.substr(start, end - start);
    std::size_t from = word.size();
    for (std::size_t i = 0; i < count && from != std::string::npos; ++i)
      from = word.rfind(',', from == word.size() ? from : from - 1);
    if (word.find(',') != std::string::npos) word = word.substr(from + 1);
    text += (text.empty() ? "" : " ") + word;
    start = end + 1;
  }
  return text;
}

}  // namespace

TEST_CASE("a range frame holds the rows from its distance before a row to the row itself") {
  auto harness = harness_of(over({{FrameFunction::Count, -1, 10}, {FrameFunction::Sum, 1, 10}}));
  harness.rows({at(1, 5), at(5, 2), at(11, 1), at(12, 4), at(40, 7)});

  CHECK(results(harness.run(), 2) == "1,5 2,7 3,8 3,7 1,7");
}

TEST_CASE("keys have frames of their own") {
  auto harness = harness_of(over({{FrameFunction::Count, -1, 10}}));
  harness.rows(
      {at(1), {"b", 1, sec(2), nullptr, nullptr}, at(3), {nullptr, 1, sec(3), nullptr, nullptr}});

  CHECK(results(harness.run(), 1) == "1 1 2 1");
}

TEST_CASE("several frames over one key share its rows") {
  auto harness = harness_of(over({{FrameFunction::Sum, 1, 1},
                                  {FrameFunction::Sum, 1, 10},
                                  {FrameFunction::Max, 1, 10},
                                  {FrameFunction::Count, -1, 100}}));
  harness.rows({at(1, 9), at(2, 1), at(8, 2), at(12, 3), at(20, 1)});

  CHECK(results(harness.run(), 4) == "9,9,9,1 10,10,9,2 2,12,9,3 3,6,3,4 1,4,3,5");
}

TEST_CASE("least, greatest and average follow the frame, NULL where it has no value") {
  auto harness = harness_of(over(
      {{FrameFunction::Min, 1, 5}, {FrameFunction::Max, 1, 5}, {FrameFunction::Average, 1, 5}}));
  harness.rows({at(1, nullptr), at(2, 4), at(3, 8), at(4, 2), at(9, 3), at(30, nullptr)});

  CHECK(results(harness.run(), 3) ==
        "null,null,null 4,4,4 4,8,6 2,8,4.66667 2,3,2.5 null,null,null");
}

TEST_CASE("a distinct count counts a value once however often it comes back") {
  auto harness = harness_of(over({{FrameFunction::CountDistinct, 4, 5}}));
  harness.rows({text(1, "x"), text(2, "y"), text(3, "x"), text(7, "z"), text(8, nullptr),
                text(9, "z"), text(20, "x")});

  CHECK(results(harness.run(), 1) == "1 2 2 3 2 1 1");
}

TEST_CASE("sums of doubles lose neither small parts nor what follows an infinity") {
  auto harness = harness_of(over({{FrameFunction::Sum, 3, 2}}));
  harness.rows(
      {real(1, 1e17), real(2, 1), real(4, 2), real(10, HUGE_VAL), real(11, 1), real(13, 3)});

  CHECK(results(harness.run(), 1) == "1e+17 1e+17 3 inf inf 4");
}

TEST_CASE("a row out of order sees the rows so far in its own frame, and later rows see it") {
  auto harness = harness_of(over(
      {{FrameFunction::Count, -1, 10}, {FrameFunction::Sum, 1, 10}, {FrameFunction::Max, 1, 10}}));
  harness.rows({at(10, 1), at(20, 2), at(12, 8), at(21, 4), at(23, 1)});

  CHECK(results(harness.run(), 3) == "1,1,1 2,3,2 2,9,8 3,14,8 3,7,4");
}

TEST_CASE("rows are forgotten when the watermark is past the longest frame that could hold them") {
  auto options = over({{FrameFunction::Count, -1, 10}});
  options.event_time = kTime;
  auto harness = harness_of(options);
  harness.rows({at(1), at(5), {"b", 1, sec(3), nullptr, nullptr}}).watermark(13).marker();
  harness.rows({at(14), at(12)}).marker();

  CHECK(results(harness.run(), 1) == "1 2 1 w13 |0 2 |1");
  CHECK(harness.counters().state_rows_dropped_by_watermark.value() == 1);
  CHECK(harness.counters().state_rows_total.value() == 1);
}

TEST_CASE("rows are forgotten at once in continuous mode") {
  auto options = over({{FrameFunction::Count, -1, 10}});
  options.event_time = kTime;
  options.policy.at_marker = kContinuous;
  auto harness = harness_of(options);
  harness.rows({at(1)}).watermark(50).rows({at(51), at(49)}).marker();

  CHECK(results(harness.run(), 1) == "1 w50 1 |0");
}

TEST_CASE("a row without a time is alone in its frame") {
  auto harness = harness_of(over({{FrameFunction::Count, -1, 10}, {FrameFunction::Sum, 1, 10}}));
  harness.rows({at(1, 5), {"a", 3, nullptr, nullptr, nullptr}, at(2, 1)});

  CHECK(results(harness.run(), 2) == "1,5 1,3 2,6");
}

TEST_CASE("a frame of rows holds the rows before in the order of arrival") {
  auto harness = harness_of(
      over({{FrameFunction::Sum, 1, 0}, {FrameFunction::Sum, 1, 2}, {FrameFunction::Min, 1, 2}},
           kRowNumber));
  harness.rows({at(9, 1), at(1, 2), at(5, 4), at(2, 8), at(3, 16)}).marker();

  CHECK(results(harness.run(), 3) == "1,1,1 2,3,1 4,7,1 8,14,2 16,28,4 |0");
}

TEST_CASE("rows that do not pass a FILTER are in no frame but get its result") {
  auto options = over({{FrameFunction::Sum, 1, 10}});
  options.arguments[0].filter = bound_literal(Value{TypeKind::Boolean, false});
  auto harness = harness_of(options);
  harness.rows({at(1, 5), at(2, 5)});

  CHECK(results(harness.run(), 1) == "null null");
}
