#pragma once

#include "sinks/console_table.hpp"
#include "sinks/sink_type.hpp"

#include <memory>
#include <string>

namespace millrace {

enum class ConsoleFormat { Table, Json };

struct ConsoleOptions {
  ConsoleFormat format = ConsoleFormat::Table;
  std::size_t num_rows = 20;
  std::size_t max_cell = 20;  // 0: not cut
  int fd = 1;
};

/// Prints epochs on standard output, each with a single write. Table: Spark's text; a continuous
/// job prints only epochs with rows. Json: one line `{"batchId":0,"rows":[...]}` for each epoch
/// with rows, in continuous mode one for each batch when it comes. What was printed cannot be taken
/// back: an epoch that runs again is printed again.
class ConsoleSink final : public Sink {
 public:
  explicit ConsoleSink(ConsoleOptions options) : options_(options) {}

  Status open(SinkContext& context) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  void rollback() override;
  /// A pipe or a terminal may be slow to take the text; a file is not.
  bool is_blocking() const override;

 private:
  void add_json_rows(const RecordBatch& batch);
  Status print_json(Epoch epoch);
  Status print_table(Epoch epoch);
  Status print(const std::string& text) const;

  ConsoleOptions options_;
  SinkContext* context_ = nullptr;
  TimeZone zone_;
  std::unique_ptr<ConsoleTable> table_;
  std::string json_rows_;  // of the epoch, with commas between
  std::string line_;       // kept for its memory
};

/// The kind `console`.
SinkType console_sink_type();

}  // namespace millrace
