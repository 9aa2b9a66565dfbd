#include "operators/assign_window.hpp"

#include "tests/support/operator_harness.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

OperatorHarness windows(double size, double slide, double start = 0) {
  const SchemaPtr input = schema_of({{"id", TypeKind::Int}, {"t", TypeKind::Timestamp}});
  std::vector<Field> output = input->fields;
  output.push_back({"window", DataType::structure(
                                  {{"start", TypeKind::Timestamp}, {"end", TypeKind::Timestamp}})});
  return OperatorHarness(input, [=] {
    AssignWindowOptions options;
    options.time = column_of(input, 1);
    options.size = sec(size);
    options.slide = sec(slide);
    options.start = sec(start);
    options.output = schema_of(output);
    return make_assign_window(std::move(options));
  });
}

}  // namespace

TEST_CASE("a tumbling window holds its start and not its end") {
  auto harness = windows(10, 10);
  harness.rows({{1, sec(0)}, {2, sec(9.999999)}, {3, sec(10)}});

  CHECK(harness.run() == "1,0,{0,10} 2,10,{0,10} 3,10,{10,20}");
}

TEST_CASE("rows without a time fall in no window") {
  auto harness = windows(10, 10);
  harness.rows({{1, nullptr}, {2, sec(5)}, {3, nullptr}});

  CHECK(harness.run() == "2,5,{0,10}");
}

TEST_CASE("times before 1970 lie in windows that begin below them") {
  auto harness = windows(10, 5);
  harness.rows({{1, sec(-1)}, {2, sec(5)}});

  CHECK(harness.run() == "1,-1,{-5,5} 1,-1,{-10,0} 2,5,{5,15} 2,5,{0,10}");
}

TEST_CASE("a size that is no multiple of the slide gives only windows that hold the row") {
  auto harness = windows(12, 5);
  harness.rows({{1, sec(725)}, {2, sec(728)}});

  CHECK(harness.run() ==
        "1,725,{725,737} 1,725,{720,732} 1,725,{715,727} 2,728,{725,737} 2,728,{720,732}");
}

TEST_CASE("a start time shifts all windows") {
  auto harness = windows(10, 10, 3);
  harness.rows({{1, sec(2)}, {2, sec(3)}});

  CHECK(harness.run() == "1,2,{-7,3} 2,3,{3,13}");
}

TEST_CASE("a row in many windows comes in several batches") {
  auto harness = windows(10000, 1);
  harness.rows({{1, sec(0)}});
  std::string expected;
  for (int i = 0; i < 10000; ++i)
    expected +=
        (i ? " 1,0,{" : "1,0,{") + std::to_string(-i) + "," + std::to_string(10000 - i) + "}";

  CHECK(harness.run() == expected);
}
