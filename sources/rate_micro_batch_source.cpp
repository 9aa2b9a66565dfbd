#include "sources/rate_micro_batch_source.hpp"

#include "records/option_value.hpp"
#include "sources/offset_json.hpp"
#include "sources/rate_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace millrace {

namespace {
constexpr std::size_t kMaxBatchRows = 4096;
}

Result<RateMicroBatchSource::Position> RateMicroBatchSource::read(const Offset& offset) {
  const auto rows = offset_field(offset, "offset");
  const auto timestamp = offset_field(offset, "timestamp");
  if (!rows || !timestamp) return offset_error("rate-micro-batch", offset);
  return Position{*rows, *timestamp};
}

Offset RateMicroBatchSource::write(const Position& position) {
  return {fmt::format(R"({{"offset":{},"timestamp":{}}})", position.rows, position.timestamp_ms)};
}

Status RateMicroBatchSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  schema_ = std::make_shared<const Schema>(rate_schema());
  position_ = {0, options_.start_timestamp_ms};
  if (start) {
    const auto position = read(*start);
    if (!position.ok()) return position.error();
    position_ = *position;
  }
  limit_ = position_;
  return {};
}

Result<PollStatus> RateMicroBatchSource::poll(std::size_t max_records, SourceOutput& out) {
  const auto left = static_cast<std::size_t>(limit_.rows - position_.rows);
  if (left == 0) {
    position_ = limit_;
    return PollStatus::AtLimit;
  }
  const std::size_t rows = std::min({left, max_records, kMaxBatchRows});
  RecordBatch batch = context_->pool.make_batch(schema_);
  for (std::size_t i = 0; i < rows; ++i) {
    batch.columns()[0]->append(position_.timestamp_ms * 1000);
    batch.columns()[1]->append(position_.rows++);
  }
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows));
  batch.set_ingest_ns(context_->steady_ns());
  out.emit(std::move(batch));
  return PollStatus::Emitted;
}

std::optional<Offset> RateMicroBatchSource::offset() const { return write(position_); }

Result<std::optional<Offset>> RateMicroBatchSource::latest_offset() {
  if (frozen_) return std::optional<Offset>(write(*frozen_));
  return std::optional<Offset>(write({limit_.rows + options_.rows_per_batch,
                                      limit_.timestamp_ms + options_.advance_ms_per_batch}));
}

Status RateMicroBatchSource::limit_to(const Offset& end) {
  const auto limit = read(end);
  if (!limit.ok()) return limit.error();
  if (limit->rows < position_.rows) return offset_error("rate-micro-batch", end);
  limit_ = *limit;
  return {};
}

Status RateMicroBatchSource::freeze_end() {
  frozen_ = Position{position_.rows + options_.rows_per_batch,
                     position_.timestamp_ms + options_.advance_ms_per_batch};
  return {};
}

namespace {

Result<std::int64_t> checked(const Options& given, std::string_view name, std::int64_t fallback,
                             std::int64_t least, std::string_view rule) {
  auto number = integer_option(given, name, fallback);
  if (!number.ok() || *number >= least) return number;
  return option_error(
      given, name,
      fmt::format("Invalid value '{}'. The option '{}' must be {}", *number, name, rule));
}

Result<PlannedSource> plan_rate_micro_batch(const SourceRequest& request) {
  if (request.continuous)
    return make_error(ErrorKind::Config,
                      "Data source rate-micro-batch does not support continuous processing.",
                      "use the source 'rate', or a processingTime trigger");
  const auto rows = checked(request.options, "rowsPerBatch", 0, 1, "positive");
  if (!rows.ok()) return rows.error();
  const auto partitions = checked(request.options, "numPartitions", 1, 1, "positive");
  if (!partitions.ok()) return partitions.error();
  const auto start = checked(request.options, "startTimestamp", 0, 0, "non-negative");
  if (!start.ok()) return start.error();
  const auto advance = checked(request.options, "advanceMillisPerBatch", 1000, 0, "non-negative");
  if (!advance.ok()) return advance.error();
  PlannedSource planned;
  planned.schema = rate_schema();
  planned.description = fmt::format(
      "RateStreamMicroBatch[rowsPerBatch={}, numPartitions={}, startTimestamp={}, "
      "advanceMsPerBatch={}]",
      *rows, *partitions, *start, *advance);
  planned.make = [options = RateMicroBatchOptions{*rows, *start, *advance}] {
    return std::make_unique<RateMicroBatchSource>(options);
  };
  return planned;
}

}  // namespace

SourceType rate_micro_batch_source_type() {
  return {"rate-micro-batch",
          "The same rows in every run: a fixed number in each micro-batch.",
          {declare_required("rowsPerBatch", OptionType::Integer, "Rows in each batch."),
           declare("numPartitions", OptionType::Integer, "",
                   "Accepted as in Spark; one subtask makes the rows in order."),
           declare("startTimestamp", OptionType::Integer, "0",
                   "Timestamp of the first batch, milliseconds since 1970."),
           declare("advanceMillisPerBatch", OptionType::Integer, "1000",
                   "Milliseconds from one batch's timestamp to the next one's.")},
          plan_rate_micro_batch};
}

}  // namespace millrace
