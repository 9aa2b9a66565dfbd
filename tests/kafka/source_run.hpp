#pragma once

#include "records/value_text.hpp"
#include "sources/source_type.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::testing {

using TextOptions = std::map<std::string, std::string>;

enum class Reading { Batch, MicroBatches, Once, Continuous };

/// Drives one source as the runtime does, on the caller's thread, until what it has done is what the
/// test waits for.
class SourceRun final : private SourceOutput {
 public:
  struct Batch {
    std::optional<std::string> start;
    std::string end;
    std::vector<std::string> rows;  // JSON
  };

  SourceRun(const TextOptions& options, Reading reading, std::optional<Offset> start = {},
            const std::string& state_directory = {});

  /// Micro-batches until there are `count`, then for a moment to see whether more come. The error is
  /// also kept.
  const std::vector<Batch>& run_until(std::size_t count);
  /// Continuous or batch: polls until there are so many rows.
  const std::vector<std::string>& read_until(std::size_t count);
  /// One epoch over exactly this range end, as after a crash.
  void rerun(const std::string& end);

  const std::optional<Error>& error() const { return error_; }
  std::optional<Offset> offset() const { return source_->offset(); }
  Source& source() { return *source_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<Batch>& batches() const { return batches_; }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  void emit(RecordBatch batch) override;
  bool run_one();
  bool poll_to_limit();
  void fail(Error error) { error_ = std::move(error); }

  RecordPool::Owner pool_ = RecordPool::create();
  SubtaskCounters counters_;
  SourceContext context_;
  std::unique_ptr<Source> source_;
  std::vector<std::string> warnings_;
  std::vector<std::string> rows_;
  std::vector<Batch> batches_;
  std::optional<Error> error_;
};

}  // namespace millrace::testing
