#include "sources/rate_source.hpp"

#include "records/option_value.hpp"
#include "sources/offset_json.hpp"
#include "sources/state_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace millrace {

namespace {
constexpr std::size_t kMaxBatchRows = 4096;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
}  // namespace

Schema rate_schema() { return {{{"timestamp", TypeKind::Timestamp}, {"value", TypeKind::Long}}}; }

std::int64_t rate_rows_at(std::int64_t seconds, const RateOptions& options) {
  const std::int64_t ramp = options.ramp_up_seconds;
  const std::int64_t step = options.rows_per_second / (ramp + 1);
  if (seconds > ramp)
    return rate_rows_at(ramp, options) + (seconds - ramp) * options.rows_per_second;
  if (seconds % 2 == 1) return (seconds + 1) / 2 * step * seconds;
  return seconds / 2 * step * (seconds + 1);
}

Status RateSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  schema_ = std::make_shared<const Schema>(rate_schema());
  if (start) {
    at_second_ = offset_number(*start);
    const auto value =
        at_second_ ? rate_rows_at(*at_second_, options_) : offset_field(*start, "value");
    if (!value || *value < 0) return offset_error("rate", *start);
    next_value_ = *value;
    latest_second_ = at_second_.value_or(0);
    while (rate_rows_at(latest_second_, options_) < next_value_) ++latest_second_;
  }
  // Without a record of it the start is where the offset would be reached now.
  start_ms_ = context.now_micros() / 1000 - latest_second_ * 1000;
  if (start) start_ms_ = offset_field(*start, "startTimeMs").value_or(start_ms_);
  return restore_start_time();
}

Status RateSource::restore_start_time() {
  if (context_->state_directory.empty()) return {};
  const std::string path = context_->state_directory + "/0";
  const auto text = read_state_file(path);
  if (!text.ok()) return text.error();
  if (!*text) return write_state_file(path, fmt::format("v1\n{}", start_ms_));
  const auto ms = text->value().starts_with("v1\n") ? parse_whole_number(text->value().substr(3))
                                                    : std::nullopt;
  if (!ms) return make_error(ErrorKind::BadData, "rate source: damaged start time: '" + path + "'");
  start_ms_ = *ms;
  return {};
}

std::int64_t RateSource::passed_seconds() {
  const std::int64_t now_ms = context_->now_micros() / 1000;
  latest_second_ = std::max(latest_second_, (now_ms - start_ms_) / 1000);
  return latest_second_;
}

std::int64_t RateSource::next_timestamp() {
  while (rate_rows_at(second_ + 1, options_) <= next_value_) ++second_;
  const std::int64_t first = rate_rows_at(second_, options_);
  const std::int64_t rows = rate_rows_at(second_ + 1, options_) - first;
  const double ms_per_row = 1000.0 / static_cast<double>(rows);
  const auto ms = std::llround(static_cast<double>(next_value_ - first) * ms_per_row);
  return (start_ms_ + second_ * 1000 + ms) * 1000;
}

Result<PollStatus> RateSource::emit_until(std::int64_t end_value, std::int64_t end_micros,
                                          std::size_t max_records, SourceOutput& out) {
  const std::size_t room = std::min(max_records, kMaxBatchRows);
  RecordBatch batch;
  std::size_t rows = 0;
  for (; rows < room && next_value_ < end_value; ++rows, ++next_value_) {
    const std::int64_t timestamp = next_timestamp();
    if (timestamp > end_micros) break;
    if (rows == 0) batch = context_->pool.make_batch(schema_);
    batch.columns()[0]->append(timestamp);
    batch.columns()[1]->append(next_value_);
  }
  if (rows == 0) return PollStatus::Idle;
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows));
  batch.set_ingest_ns(context_->steady_ns());
  out.emit(std::move(batch));
  return PollStatus::Emitted;
}

Result<PollStatus> RateSource::poll(std::size_t max_records, SourceOutput& out) {
  if (options_.continuous) {
    if (!at_second_ && next_value_ == 0) at_second_ = 0;
    return emit_until(kNever, context_->now_micros(), max_records, out);
  }
  if (!limit_second_) return PollStatus::AtLimit;
  const std::int64_t end = rate_rows_at(*limit_second_, options_);
  if (next_value_ < end) return emit_until(end, kNever, max_records, out);
  at_second_ = limit_second_;
  return PollStatus::AtLimit;
}

std::optional<Offset> RateSource::offset() const {
  if (at_second_ && rate_rows_at(*at_second_, options_) == next_value_)
    return Offset{std::to_string(*at_second_)};
  if (next_value_ == 0) return std::nullopt;
  return Offset{fmt::format(R"({{"value":{},"startTimeMs":{}}})", next_value_, start_ms_)};
}

Result<std::optional<Offset>> RateSource::latest_offset() {
  if (frozen_second_) return std::optional<Offset>(Offset{std::to_string(*frozen_second_)});
  return std::optional<Offset>(Offset{std::to_string(passed_seconds())});
}

Status RateSource::limit_to(const Offset& end) {
  limit_second_ = offset_number(end);
  if (!limit_second_) return offset_error("rate", end);
  // An end that an earlier process planned may be ahead of a clock that was set back.
  latest_second_ = std::max(latest_second_, *limit_second_);
  return {};
}

Status RateSource::freeze_end() {
  frozen_second_ = passed_seconds();
  return {};
}

std::chrono::microseconds RateSource::poll_interval() const {
  const bool is_dense = options_.continuous && options_.rows_per_second > 50;
  return std::chrono::milliseconds(is_dense ? 1 : 10);
}

namespace {

Result<RateOptions> read_rate_options(const SourceRequest& request) {
  const Options& given = request.options;
  const auto positive = [&](std::string_view name, std::int64_t fallback) -> Result<std::int64_t> {
    auto number = integer_option(given, name, fallback);
    if (!number.ok() || *number > 0) return number;
    return option_error(
        given, name,
        fmt::format("Invalid value '{}'. The option '{}' must be positive", *number, name));
  };
  const auto rows = positive("rowsPerSecond", 1);
  if (!rows.ok()) return rows.error();
  const auto partitions = positive("numPartitions", 1);
  if (!partitions.ok()) return partitions.error();
  const auto ramp = duration_option(given, "rampUpTime", "s", 0);
  if (!ramp.ok()) return ramp.error();
  if (*ramp < 0)
    return option_error(
        given, "rampUpTime",
        fmt::format("Invalid value '{}'. The option 'rampUpTime' must not be negative",
                    text_option(given, "rampUpTime", "")));
  return RateOptions{*rows, *ramp / 1'000'000, request.continuous};
}

Result<PlannedSource> plan_rate(const SourceRequest& request) {
  if (request.schema)
    return make_error(ErrorKind::Config,
                      "RateSourceProvider source does not support user-specified schema.",
                      "leave out the schema: a rate source has timestamp and value");
  const auto options = read_rate_options(request);
  if (!options.ok()) return options.error();
  PlannedSource planned;
  planned.tells_latest_offset = true;
  planned.schema = rate_schema();
  planned.description =
      fmt::format("RateStreamV2[rowsPerSecond={}, rampUpTimeSeconds={}, numPartitions={}",
                  options->rows_per_second, options->ramp_up_seconds,
                  text_option(request.options, "numPartitions", "default"));
  planned.make = [options = *options] { return std::make_unique<RateSource>(options); };
  return planned;
}

}  // namespace

SourceType rate_source_type() {
  return {"rate",
          "Counts up at a fixed rate, for tests: timestamp and value.",
          {declare("rowsPerSecond", OptionType::Integer, "1", "Rows in each second."),
           declare("rampUpTime", OptionType::Duration, "0s",
                   "Time until the full speed is reached, cut to seconds."),
           declare("numPartitions", OptionType::Integer, "",
                   "Accepted as in Spark; one subtask makes the rows in order.")},
          plan_rate};
}

}  // namespace millrace
