// The five tutorials as programs of the C++ API, fed file by file as Spark was, against the rows that Spark
// gave in each micro-batch.
#include "records/formats/format.hpp"
#include "session/session.hpp"
#include "tests/support/catch.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

using namespace millrace;

namespace {

namespace fs = std::filesystem;

const fs::path kCases = "tests/fixtures/spark/cases/seeds";

/// Rows by epoch, as lines of JSON.
struct Output {
  std::mutex mutex;  // the sink's thread writes, the test reads
  std::map<std::int64_t, std::vector<std::string>> lines;
};

class LineWriter final : public ForeachWriter {
 public:
  explicit LineWriter(std::shared_ptr<Output> output) : output_(std::move(output)) {}
  Result<bool> open(std::int64_t, Epoch epoch) override {
    epoch_ = number(epoch);
    return true;
  }
  Status process(const RecordBatch& batch, std::size_t row) override {
    const auto pool = RecordPool::create();
    RecordBatch one = pool->share(batch);
    one.start_selection().assign(1, static_cast<std::uint32_t>(row));
    FormatSettings settings;
    settings.options.set("ignoreNullFields", "false");
    auto encoder = make_encoder("json", batch.schema_ptr(), settings);
    if (!encoder) return encoder.error();
    std::string line;
    (*encoder)->encode(one, line);
    line.pop_back();
    const std::lock_guard lock(output_->mutex);
    output_->lines[epoch_].push_back(std::move(line));
    return {};
  }
  void close(const Error*) override {}

 private:
  std::shared_ptr<Output> output_;
  std::int64_t epoch_ = 0;
};

/// A case of Spark's, with a folder that its input goes to one file after the other.
class Tutorial {
 public:
  explicit Tutorial(const std::string& name) : case_(kCases / name) {
    std::string pattern = (fs::temp_directory_path() / "tutorial-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    fs::create_directory(folder_ / "in");
  }
  ~Tutorial() { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "in").string(); }

  /// Feeds the query and compares each micro-batch; rows of one have any order.
  void check(DataStreamWriter writer) {
    const auto output = std::make_shared<Output>();
    auto query = writer.foreach ([output] { return std::make_unique<LineWriter>(output); }).start();
    INFO((query ? "" : query.error().message));
    REQUIRE(query.ok());
    for (const fs::path& file : inputs()) {
      fs::copy_file(file, folder_ / file.filename());
      fs::rename(folder_ / file.filename(), folder_ / "in" / file.filename());
      const Status fed = query->process_all_available();
      INFO((fed ? "" : fed.error().message));
      REQUIRE(fed.ok());
    }
    query->stop();
    for (std::int64_t epoch = 0; fs::exists(expected(epoch)); ++epoch) {
      INFO(case_ << ", micro-batch " << epoch);
      CHECK(sorted(output->lines[epoch]) == sorted(lines_of(expected(epoch))));
    }
  }

 private:
  std::vector<fs::path> inputs() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(case_ / "input"))
      if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    REQUIRE_FALSE(files.empty());
    return files;
  }
  fs::path expected(std::int64_t epoch) const {
    return case_ / "expected" / (std::to_string(epoch) + ".jsonl");
  }
  static std::vector<std::string> lines_of(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  static std::vector<std::string> sorted(std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  const fs::path case_;
  fs::path folder_;
};

DataFrame read_json(const Session& session, const Tutorial& tutorial, const std::string& schema) {
  return session.read_stream()
      .format("json")
      .schema(schema)
      .option("maxFilesPerTrigger", 1)
      .load(tutorial.path());
}

}  // namespace

TEST_CASE("the word count gives Spark's table after each micro-batch") {
  const Session session;
  Tutorial tutorial("word-count-complete");

  const DataFrame counts = read_json(session, tutorial, "value STRING")
                               .select("explode(split(value, ' ')) AS word")
                               .group_by("word")
                               .count();

  tutorial.check(counts.write_stream().output_mode("complete"));
}

TEST_CASE("the students from CSV files are Spark's") {
  const Session session;
  Tutorial tutorial("students-csv");

  const DataFrame students = session.read_stream()
                                 .format("csv")
                                 .option("header", true)
                                 .option("maxFilesPerTrigger", 1)
                                 .schema("name STRING, age INT, score DOUBLE")
                                 .load(tutorial.path());

  tutorial.check(students.write_stream());
}

TEST_CASE("purchases by district and minute are Spark's") {
  const Session session;
  Tutorial tutorial("e-mall-minute-windows");

  const DataFrame purchases =
      read_json(session, tutorial, "eventTime TIMESTAMP, action STRING, district STRING")
          .where("action = 'purchase'")
          .group_by("district", window("eventTime", "1 minute"))
          .count()
          .order_by("window", "district");

  tutorial.check(purchases.write_stream().output_mode("complete"));
}

TEST_CASE("totals of users are Spark's") {
  const Session session;
  Tutorial tutorial("user-totals-update");

  const DataFrame totals =
      read_json(session, tutorial, "user_id STRING, amount INT")
          .group_by("user_id")
          .agg(count("*").alias("total_events"), sum("amount").alias("total_amount"));

  tutorial.check(totals.write_stream().output_mode("update"));
}

TEST_CASE("sliding averages with a watermark are Spark's, also in epochs without data") {
  const Session session;
  Tutorial tutorial("bitcoin-sliding-append");

  const DataFrame average =
      read_json(session, tutorial, "dt STRING, amount INT, price DOUBLE")
          .select("CAST(dt AS TIMESTAMP) AS dt", "amount", "amount * price AS volume")
          .with_watermark("dt", "20 minutes")
          .group_by(window("dt", "10 minutes", "5 minutes"))
          .agg(sum("amount").alias("amount"), sum("volume").alias("volume"))
          .select("window", "window.start", "window.end", "volume / amount AS avg_price");

  tutorial.check(average.write_stream());
}
