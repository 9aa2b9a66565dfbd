#pragma once

#include "tests/kafka/broker.hpp"
#include "tests/kafka/source_run.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace millrace::testing {

/// One program of tests/fixtures/spark/kafka/cases with what Spark did: see the README there.
struct KafkaCase {
  struct Step {
    std::string what;
    std::string topic;
    int count = 1;
    int wait_ms = 0;
    std::map<std::int32_t, std::int64_t> before;
    std::vector<TestRecord> records;
    std::map<std::string, std::string> options;
    std::size_t batches_so_far = 0;
  };
  struct Batch {
    std::string ranges;  // `t-0[0,3) `; a start that is null is left out
    std::filesystem::path output;
  };
  std::string name;
  std::string sql;
  std::map<std::string, int> topics;
  std::map<std::string, std::string> options;       // of the source
  std::map<std::string, std::string> sink_options;
  std::string output_mode;
  bool has_sink = false;
  bool all_columns = false;  // SELECT *
  Reading reading = Reading::MicroBatches;
  bool ends = false;  // once, availableNow
  bool fails = false;
  std::string cause;  // text of the innermost one
  std::vector<Step> steps;
  std::vector<Batch> batches;
};

/// Inputs, and what a sink wrote: one JSON object a line.
std::vector<TestRecord> read_records(const std::filesystem::path& file);
KafkaCase read_kafka_case(const std::filesystem::path& folder);
/// Folders of all cases, sorted.
std::vector<std::filesystem::path> kafka_case_folders();

}  // namespace millrace::testing
