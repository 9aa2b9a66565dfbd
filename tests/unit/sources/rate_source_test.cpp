#include "sources/rate_source.hpp"

#include "tests/unit/sources/source_rig.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace millrace {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
const char* const kArtifacts = "tests/fixtures/spark/artifacts/rate-rows/";

std::vector<nlohmann::json> golden(const std::string& name) {
  std::ifstream file(kArtifacts + name);
  REQUIRE(file.good());
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// The rows that Spark made, as `value@microseconds`.
std::string golden_rows(const std::string& name, std::size_t count) {
  const auto lines = golden(name);
  REQUIRE(lines.size() > count);
  std::string text;
  for (std::size_t i = 1; i <= count; ++i)
    text += lines[i]["value"].dump() + "@" + lines[i]["us"].dump() + " ";
  return text;
}

std::string emitted_rows(Recorder& recorder, std::int64_t start_micros) {
  std::string text;
  for (const RecordBatch& batch : recorder.batches)
    batch.rows().for_each([&](std::uint32_t row) {
      text += std::to_string(batch.column(1).at<std::int64_t>(row)) + "@" +
              std::to_string(batch.column(0).at<std::int64_t>(row) - start_micros) + " ";
    });
  return text;
}

std::string run_seconds(const SourceRequest& request, int seconds) {
  SourceRig rig;
  rig.now_micros = 5000 * kSecond;
  auto source = rig.open("rate", request);
  for (int second = 0; second <= seconds; ++second) {
    const auto end = source->latest_offset();
    REQUIRE(end.ok());
    REQUIRE(source->limit_to(**end).ok());
    while (rig.poll(*source) == PollStatus::Emitted) {
    }
    rig.now_micros += kSecond;
  }
  return emitted_rows(rig.recorder, 5000 * kSecond);
}

}  // namespace

TEST_CASE("rate source makes the rows that Spark makes at a fixed rate") {
  CHECK(run_seconds(request_of({{"rowsPerSecond", "4"}}), 4) ==
        golden_rows("rate-rows-4.jsonl", 16));
}

TEST_CASE("rate source ramps up as Spark does") {
  const auto request = request_of({{"rowsPerSecond", "10"}, {"rampUpTime", "4s"}});
  CHECK(run_seconds(request, 7) == golden_rows("rate-ramp-10-4s.jsonl", 50));
}

TEST_CASE("rate source counts rows by second with whole division") {
  std::string counts;
  for (int s = 0; s < 8; ++s) counts += std::to_string(rate_rows_at(s, {1, 5, false})) + " ";
  CHECK(counts == "0 0 0 0 0 0 1 2 ");
}

TEST_CASE("rate source begins with a batch without rows") {
  SourceRig rig;
  auto source = rig.open("rate", request_of({}));

  CHECK(!source->offset());
  CHECK(rig.micro_batch(*source).empty());
  CHECK(source->offset()->json == "0");
  CHECK(rig.micro_batch(*source) == "none");
  rig.now_micros = kSecond;
  CHECK(rig.micro_batch(*source) == R"({"timestamp":"1970-01-01T00:00:00.000Z","value":0})");
}

TEST_CASE("rate source gives each row when it is due in continuous mode") {
  SourceRig rig;
  auto request = request_of({{"rowsPerSecond", "4"}});
  request.continuous = true;
  auto source = rig.open("rate", request);

  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::Idle);
  rig.now_micros = 499'999;
  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(rig.poll(*source) == PollStatus::Idle);
  rig.now_micros = 500'000;
  CHECK(rig.poll(*source) == PollStatus::Emitted);
  CHECK(emitted_rows(rig.recorder, 0) == "0@0 1@250000 2@500000 ");
  CHECK(source->offset()->json == R"({"value":3,"startTimeMs":0})");
}

TEST_CASE("rate source makes the same rows again after a restart") {
  const TemporaryFolder folder;
  SourceRig rig;
  rig.context.state_directory = folder.path("sources/0");
  rig.now_micros = 100 * kSecond;
  const auto request = request_of({{"rowsPerSecond", "2"}});
  auto source = rig.open("rate", request);
  rig.micro_batch(*source);
  rig.now_micros += kSecond;
  const std::string first = rig.micro_batch(*source);

  rig.now_micros += 500 * kSecond;
  auto again = rig.open("rate", request, Offset{"0"});
  REQUIRE(again->limit_to(Offset{"1"}).ok());
  rig.poll(*again);

  CHECK(rig.recorder.take() == first);
  CHECK(folder.read("sources/0/0") == "v1\n100000");
}

TEST_CASE("rate source does not plan to go back when the clock was set back") {
  SourceRig rig;
  rig.now_micros = 100 * kSecond;
  auto source = rig.open("rate", request_of({{"rowsPerSecond", "2"}}), Offset{"5"});
  rig.now_micros = 40 * kSecond;
  REQUIRE(source->limit_to(Offset{"9"}).ok());

  CHECK((*source->latest_offset())->json == "9");
}

TEST_CASE("rate source refuses bad options with Spark's words") {
  const auto refusal = [](const char* name, const char* value) {
    return SourceRig::refusal("rate", request_of({{name, value}}));
  };
  CHECK(refusal("rowsPerSecond", "0") ==
        "Invalid value '0'. The option 'rowsPerSecond' must be positive");
  CHECK(refusal("rowsPerSecond", "abc") == "For input string: \"abc\"");
  CHECK(refusal("rowsPerSecond", "1.5") == "For input string: \"1.5\"");
  CHECK(refusal("numPartitions", "0") ==
        "Invalid value '0'. The option 'numPartitions' must be positive");
  CHECK(refusal("rampUpTime", "-1s") ==
        "Invalid value '-1s'. The option 'rampUpTime' must not be negative");
  CHECK(refusal("rampUpTime", "abc") ==
        "Time must be specified as seconds (s), milliseconds (ms), microseconds (us), minutes (m "
        "or min), "
        "hour (h), or day (d). E.g. 50s, 100ms, or 250us.\nFailed to parse time string: abc");
}

TEST_CASE("rate-micro-batch source makes the batches that Spark makes") {
  const auto lines = golden("micro-batch-3.jsonl");
  SourceRig rig;
  auto source = rig.open("rate-micro-batch", request_of({{"rowsPerBatch", "3"}}));
  for (std::size_t batch = 1; batch < lines.size(); ++batch) {
    std::string expected;
    for (const auto& row : lines[batch]["rows"])
      expected += row["value"].dump() + "@" + row["us"].dump() + " ";
    const auto end = source->latest_offset();
    REQUIRE(source->limit_to(**end).ok());
    while (rig.poll(*source, 2) == PollStatus::Emitted) {
    }
    CHECK(emitted_rows(rig.recorder, 0) == expected);
    rig.recorder.take();
  }
  CHECK(source->offset()->json == R"({"offset":9,"timestamp":3000})");
}

TEST_CASE("rate-micro-batch source refuses what Spark refuses") {
  auto request = request_of({{"rowsPerBatch", "2"}});
  CHECK(SourceRig::refusal("rate-micro-batch", request_of({})) ==
        "Invalid value '0'. The option 'rowsPerBatch' must be positive");
  request.options.set("startTimestamp", "-1");
  CHECK(SourceRig::refusal("rate-micro-batch", request) ==
        "Invalid value '-1'. The option 'startTimestamp' must be non-negative");
  request.continuous = true;
  CHECK(SourceRig::refusal("rate-micro-batch", request) ==
        "Data source rate-micro-batch does not support continuous processing.");
}

}  // namespace millrace
