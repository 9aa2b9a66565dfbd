// `equiv`: a bounded copy of a topology comes to the same tables in every mode.
#include "tests/support/catch.hpp"
#include "tests/topology/examples_folder.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ProgramEnd equiv(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "equiv");
  return run_program(arguments);
}

}  // namespace

TEST_CASE("examples over files come to the same tables in every mode") {
  const ExamplesFolder examples;
  for (const char* name : {"mall_purchases", "sales_by_region", "user_totals", "students"}) {
    const ProgramEnd end = equiv({examples.file(name)});
    INFO(name << "\n" << end.out << end.err);
    CHECK(end.code == 0);
    CHECK(contains(end.out, "continuous, 3 subtasks: screen is equal"));
    CHECK(contains(end.out, "at once, as tables: screen is equal"));
    CHECK(contains(end.out, "all runs come to the same tables"));
  }
}

TEST_CASE("windows that are not final on a stream are more rows of the run over tables") {
  const ExamplesFolder examples;
  const ProgramEnd end = equiv({examples.file("bitcoin_sliding_average")});
  INFO(end.out << end.err);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "not final on a stream"));
}

TEST_CASE("a run that comes to another table is shown with the rows that differ") {
  const ExamplesFolder examples;
  const ProgramEnd end = equiv({examples.file("late_readings")});
  INFO(end.out << end.err);
  CHECK(end.code == 1);
  CHECK(contains(end.out, "at once, as tables: screen differs"));
  CHECK(contains(end.out, "\"meter\":\"m2\",\"kwh\":9.5}"));
  CHECK(contains(end.out, "rows later than their watermark allows: 1;"));
}

TEST_CASE("a rate source ends after the rows that were asked for") {
  const ProgramEnd end = equiv({"examples/rate_console.yaml", "--rows", "100"});
  INFO(end.out << end.err);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "screen has 50 rows"));
}

TEST_CASE("a socket gives the lines of the file that is named for it") {
  const ProgramEnd end =
      equiv({"examples/wordcount_socket.yaml", "--input", "lines=examples/data/lines.txt"});
  INFO(end.out << end.err);
  CHECK(end.code == 0);
  CHECK(contains(end.out, "screen has 8 rows"));
}

TEST_CASE("a source without an end is named, with the way to give it one") {
  const ProgramEnd rate = equiv({"examples/rate_console.yaml"});
  CHECK(rate.code == 64);
  CHECK(contains(rate.err, "equiv: source 'ticks' of type rate has no end"));
  CHECK(contains(rate.err, "--rows 1000"));
  const ProgramEnd socket = equiv({"examples/wordcount_socket.yaml"});
  CHECK(socket.code == 64);
  CHECK(contains(socket.err, "--input lines=FILE"));
  const ProgramEnd missing =
      equiv({"examples/wordcount_socket.yaml", "--input", "lines=/no/such/file"});
  CHECK(missing.code == 66);
}
