// `export`, and `run --engine spark` as far as it goes without Spark.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/topology/program.hpp"

using namespace millrace::testing;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kPurchases = "examples/mall_purchases.yaml";

}  // namespace

TEST_CASE("export prints the program, or writes it to a file") {
  const ProgramEnd printed = run_program({"export", "spark", kPurchases});
  CHECK(printed.code == 0);
  CHECK(contains(printed.out, "spark.readStream.format(\"json\")"));
  const fs::path file = fs::temp_directory_path() / "millrace_exported_job.py";
  CHECK(run_program({"export", "spark", kPurchases, "-o", file.string()}).code == 0);
  std::ostringstream written;
  written << std::ifstream(file).rdbuf();
  CHECK(written.str() == printed.out);
  fs::remove(file);
}

TEST_CASE("export says what Spark cannot do and ends with the code of a bad topology") {
  const ProgramEnd end = run_program({"export", "spark", "examples/late_readings.yaml"});
  CHECK(end.code == 78);
  CHECK(end.out.empty());
  CHECK(contains(end.err, "spark: sink 'too_late': Spark drops late rows, and only counts them"));
  CHECK(contains(end.err, "= fix: leave `lateRecords` out"));
}

TEST_CASE("export says aloud that a continuous job becomes micro-batches") {
  const ProgramEnd end =
      run_program({"export", "spark", kPurchases, "--trigger", "continuous 100 ms"});
  CHECK(end.code == 0);
  CHECK(contains(end.err, "note: Spark has no continuous mode for this job"));
}

TEST_CASE("a job on Spark without PySpark ends at once and says how to get it") {
  const ProgramEnd end = run_program({"run", kPurchases, "--engine", "spark"}, "",
                                     {{"MILLRACE_SPARK_PYTHON", "/no/such/python"}});
  CHECK(end.code == 69);
  CHECK(contains(end.err, "error: spark: PySpark is not installed"));
  CHECK(contains(end.err, "= fix: tools/setup --with spark"));
  CHECK(contains(end.err, "exit 69: unavailable"));
}

TEST_CASE("settings of Spark without Spark are a mistake in the command line") {
  const ProgramEnd end = run_program({"run", kPurchases, "--master", "local[1]"});
  CHECK(end.code == 64);
  CHECK(contains(end.err, "--master and --conf are Spark's"));
  CHECK(run_program({"run", kPurchases, "--engine", "flink"}).code == 64);
}

TEST_CASE("flags of our own engine are refused for Spark by their names") {
  const std::vector<std::vector<std::string>> flags{
      {"--idle", "spin"}, {"--threads", "2"},    {"--handoff", "off"},  {"--log-format", "json"},
      {"--http", "8080"}, {"--from-epoch", "3"}, {"--allow-duplicates"}};
  for (const std::vector<std::string>& flag : flags) {
    std::vector<std::string> line{"run", kPurchases, "--engine", "spark"};
    line.insert(line.end(), flag.begin(), flag.end());
    const ProgramEnd end = run_program(line);
    CHECK(end.code == 64);
    CHECK(contains(end.err, "not for Spark: " + flag.front()));
  }
}
