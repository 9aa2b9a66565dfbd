// Cases of tests/fixtures/spark/kafka/cases that read Kafka into rows: ranges and rows of each batch.
#include "records/base64.hpp"
#include "sources/kafka_offsets.hpp"
#include "tests/kafka/broker.hpp"
#include "tests/kafka/golden_files.hpp"
#include "tests/kafka/source_run.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

namespace millrace::testing {

namespace {

using Json = nlohmann::json;

/// Where Millrace does not do as Spark did, on purpose.
const std::map<std::string, std::string> kExceptions{
    {"max-offsets-zero", "maxOffsetsPerTrigger: 0 never reads a record and is refused"},
};

/// `SELECT *` or the usual five columns with key and value as text, as the case's query says.
std::string row_of(const std::string& source_row, bool all_columns) {
  Json row = Json::parse(source_row);
  for (auto field = row.begin(); field != row.end();)
    field = field->is_null() ? row.erase(field) : std::next(field);
  if (all_columns) return row.dump();
  Json shown;
  for (const char* name : {"topic", "partition", "offset"}) shown[name] = row[name];
  for (const char* name : {"key", "value"}) {
    if (!row.contains(name)) continue;
    std::string bytes;
    decode_base64(bytes, row[name].get<std::string>());
    shown[name] = bytes;
  }
  return shown.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> expected_rows(const std::filesystem::path& file) {
  std::vector<std::string> rows;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    Json row = Json::parse(line);
    for (auto field = row.begin(); field != row.end();)
      field = field->is_null() ? row.erase(field) : std::next(field);
    rows.push_back(row.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// One line for each batch: its ranges and its rows, sorted.
std::string text_of(const std::string& ranges, std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  std::string text = ranges + "\n";
  for (const std::string& row : rows) text += "  " + row + "\n";
  return text;
}

std::string ranges_of(const SourceRun::Batch& batch) {
  const auto start = parse_partition_offsets(batch.start.value_or("{}"));
  const auto ends = parse_partition_offsets(batch.end);
  std::string text;
  for (const auto& [partition, end] : *ends) {
    const auto begin = start->find(partition);
    text += to_string(partition) + "[" +
            (begin == start->end() ? "" : std::to_string(begin->second)) + "," +
            std::to_string(end) + ") ";
  }
  return text;
}

std::string actual_text(const std::vector<SourceRun::Batch>& batches, const KafkaCase& golden) {
  std::string text;
  for (const SourceRun::Batch& batch : batches) {
    std::vector<std::string> rows;
    for (const std::string& row : batch.rows) rows.push_back(row_of(row, golden.all_columns));
    text += text_of(golden.reading == Reading::Batch ? "" : ranges_of(batch), std::move(rows));
  }
  return text;
}

std::string expected_text(const KafkaCase& golden) {
  std::string text;
  for (const KafkaCase::Batch& batch : golden.batches)
    text += text_of(batch.ranges, expected_rows(batch.output));
  return text;
}

/// Runs the steps of one case and gives the batches that came.
class CaseRun {
 public:
  explicit CaseRun(const KafkaCase& golden) : golden_(golden) {}

  std::vector<SourceRun::Batch> run() {
    for (const auto& [topic, partitions] : golden_.topics) broker_.create_topic(topic, partitions);
    for (const KafkaCase::Step& step : golden_.steps) carry_out(step);
    stop();
    return batches_;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  void carry_out(const KafkaCase::Step& step) {
    if (step.what == "put") broker_.put(step.records);
    else if (step.what == "commit") broker_.put_in_transaction(step.records, true);
    else if (step.what == "abort") broker_.put_in_transaction(step.records, false);
    else if (step.what == "create") broker_.create_topic(step.topic, step.count);
    else if (step.what == "delete") broker_.delete_topic(step.topic);
    else if (step.what == "partitions") broker_.add_partitions(step.topic, step.count);
    else if (step.what == "deleteRecords")
      for (const auto& [partition, before] : step.before)
        broker_.delete_records(step.topic, partition, before);
    else if (step.what == "wait")
      std::this_thread::sleep_for(std::chrono::milliseconds(step.wait_ms));
    else if (step.what == "start") start(step);
    else stop();
    if (run_) run_->run_until(step.batches_so_far - std::min(step.batches_so_far, batches_.size()));
  }

  void start(const KafkaCase::Step& step) {
    TextOptions options = golden_.options;
    for (const auto& [name, value] : step.options) options[name] = value;
    for (auto& [name, value] : options)
      if (value == "<BROKER>") value = broker_.address();
    run_ = std::make_unique<SourceRun>(options, golden_.reading, offset_);
    if (golden_.reading == Reading::Batch) read_batch();
    else if (golden_.ends && !run_->error()) (void)run_->source().freeze_end().ok();
  }

  void read_batch() {
    const auto rows = run_->error() ? std::vector<std::string>() : run_->read_until(1'000'000);
    error_ = run_->error();
    batches_.push_back({{}, "{}", rows});
    run_.reset();
  }

  void stop() {
    if (!run_) return;
    for (const auto& batch : run_->batches()) batches_.push_back(batch);
    error_ = run_->error();
    if (!error_) offset_ = run_->offset();
    run_.reset();
  }

  Broker& broker_ = Broker::shared();
  const KafkaCase& golden_;
  std::unique_ptr<SourceRun> run_;
  std::vector<SourceRun::Batch> batches_;
  std::optional<Offset> offset_;
  std::optional<Error> error_;
};

}  // namespace

TEST_CASE("the Kafka source reads what Spark read, in the same batches", "[golden]") {
  int passed = 0;
  for (const auto& folder : kafka_case_folders()) {
    const KafkaCase golden = read_kafka_case(folder);
    if (golden.has_sink) continue;
    CaseRun run(golden);
    const std::string actual = actual_text(run.run(), golden);
    const std::string message = run.error() ? run.error()->message : "";
    INFO(golden.name << ": " << message);
    if (kExceptions.contains(golden.name)) {
      INFO("an exception that holds no longer");
      CHECK((actual != expected_text(golden) || golden.fails != run.error().has_value()));
      continue;
    }
    CHECK(actual == expected_text(golden));
    CHECK(golden.fails == run.error().has_value());
    if (golden.fails && run.error()) CHECK(message.substr(0, golden.cause.size()) == golden.cause);
    ++passed;
  }
  CHECK(passed == 38);
}

}  // namespace millrace::testing
