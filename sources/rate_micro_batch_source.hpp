#pragma once

#include "sources/ahead_source.hpp"
#include "sources/source_type.hpp"

#include <cstdint>

namespace millrace {

struct RateMicroBatchOptions {
  std::int64_t rows_per_batch = 0;
  std::int64_t start_timestamp_ms = 0;
  std::int64_t advance_ms_per_batch = 1000;
};

/// The same rows in every run: each micro-batch has `rows_per_batch` of them, all with the batch's
/// own timestamp, whenever it is triggered. Offset: `{"offset":n,"timestamp":ms}`, as in Spark.
class RateMicroBatchSource final : public AheadSource {
 public:
  explicit RateMicroBatchSource(RateMicroBatchOptions options) : options_(options) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;

 private:
  struct Position {
    std::int64_t rows = 0;
    std::int64_t timestamp_ms = 0;
  };
  static Result<Position> read(const Offset& offset);
  static Offset write(const Position& position);

  // Fixed after open.
  RateMicroBatchOptions options_;
  SourceContext* context_ = nullptr;
  SchemaPtr schema_;

  // Between batches `position_` and `limit_` are equal; within one only the rows have moved.
  Position position_;
  Position limit_;
  std::optional<Position> frozen_;
};

/// The kind `rate-micro-batch`.
SourceType rate_micro_batch_source_type();

}  // namespace millrace
