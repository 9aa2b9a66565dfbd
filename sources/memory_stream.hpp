#pragma once

#include "records/tcp.hpp"
#include "records/value.hpp"
#include "sources/ahead_source.hpp"
#include "sources/source_type.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace millrace {

/// Rows that a program adds while a query reads them: the source for tests and for the C++ API.
/// Keeps every row, so a query may start again at any offset. Safe to call from any thread.
class MemoryStream {
 public:
  explicit MemoryStream(Schema schema);

  const SchemaPtr& schema() const { return schema_; }
  /// Adds rows with one value for each column, and wakes the readers.
  void add_rows(const std::vector<std::vector<Value>>& rows);
  /// Copies the selected rows of a batch of the schema.
  void add_batch(const RecordBatch& batch);
  /// No row follows: readers end after the last one.
  void end();

  // For the sources.

  std::int64_t num_rows() const;
  bool has_ended() const;
  /// Shares rows from `first` on into `out`, at most `max_rows`; returns how many.
  std::size_t read(std::int64_t first, std::size_t max_rows, std::int64_t ingest_ns,
                   SourceOutput& out);
  /// A descriptor that becomes readable when rows are added, as long as the caller holds it.
  std::shared_ptr<Descriptor> add_listener();

 private:
  RecordBatch& open_batch();
  void notify();

  const SchemaPtr schema_;
  // The program adds on any thread, subtasks read on theirs: a channel would tie it to one query.
  mutable std::mutex mutex_;  // guards what follows
  RecordPool::Owner pool_;
  struct Part {
    std::int64_t first_row;
    RecordBatch batch;
  };
  std::vector<Part> parts_;
  std::int64_t num_rows_ = 0;
  bool ended_ = false;
  std::vector<std::weak_ptr<Descriptor>> listeners_;
};

/// Reads a `MemoryStream`. The offset is the number of the last row, -1 for none, as Spark's.
class MemorySource final : public AheadSource {
 public:
  MemorySource(std::shared_ptr<MemoryStream> stream, bool continuous)
      : stream_(std::move(stream)), continuous_(continuous) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  int ready_fd() const override { return listener_->get(); }

 private:
  const std::shared_ptr<MemoryStream> stream_;
  const bool continuous_;
  SourceContext* context_ = nullptr;
  std::shared_ptr<Descriptor> listener_;
  std::int64_t position_ = 0;
  std::int64_t limit_ = 0;
  std::optional<std::int64_t> frozen_;
};

/// The plan of a query over one stream.
PlannedSource plan_memory_stream(std::shared_ptr<MemoryStream> stream, bool continuous);

// Streams of this process by name, for topologies that name one (`type: memory`, option `stream`).
// Safe to call from any thread.

void publish_memory_stream(std::string_view name, std::shared_ptr<MemoryStream> stream);
void withdraw_memory_stream(std::string_view name);

/// The kind `memory`.
SourceType memory_source_type();

}  // namespace millrace
