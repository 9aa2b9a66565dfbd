#pragma once

#include "sources/ahead_source.hpp"
#include "sources/source_type.hpp"

#include <cstdint>

namespace millrace {

struct RateOptions {
  std::int64_t rows_per_second = 1;
  std::int64_t ramp_up_seconds = 0;
  bool continuous = false;
};

/// Rows that are due when `seconds` have passed: the speed grows by whole steps during ramp-up.
std::int64_t rate_rows_at(std::int64_t seconds, const RateOptions& options);

/// Counts up from 0 at a fixed rate: `timestamp TIMESTAMP, value BIGINT`. The rows of one second
/// are spread evenly over it, rounded to milliseconds. Micro-batch mode gives whole seconds, as
/// Spark does; continuous mode gives each row when it is due, with the offset
/// `{"value":n,"startTimeMs":ms}`. The start time is kept in the state directory, so that a rerun
/// makes the same rows.
class RateSource final : public AheadSource {
 public:
  explicit RateSource(RateOptions options) : options_(options) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  std::chrono::microseconds poll_interval() const override;

 private:
  std::int64_t passed_seconds();
  /// Microseconds since the epoch of row `next_value_`; moves `second_` on to where the row lies.
  std::int64_t next_timestamp();
  Status restore_start_time();
  Result<PollStatus> emit_until(std::int64_t end_value, std::int64_t end_micros,
                                std::size_t max_records, SourceOutput& out);

  // Fixed after open.
  RateOptions options_;
  SourceContext* context_ = nullptr;
  SchemaPtr schema_;
  std::int64_t start_ms_ = 0;

  // Position: the next row and the second that holds it.
  std::int64_t next_value_ = 0;
  std::int64_t second_ = 0;
  std::optional<std::int64_t> at_second_;  // the last limit reached
  std::optional<std::int64_t> limit_second_;
  std::optional<std::int64_t> frozen_second_;
  std::int64_t latest_second_ = 0;
};

/// The kind `rate`.
SourceType rate_source_type();

/// Columns of both rate sources.
Schema rate_schema();

}  // namespace millrace
