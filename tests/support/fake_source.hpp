#pragma once

#include <algorithm>
#include <string>

#include "sources/ahead_source.hpp"

namespace millrace::testing {

inline SchemaPtr one_long_schema(std::string name = "n") {
  return std::make_shared<Schema>(Schema{{{std::move(name), TypeKind::Long, false}}});
}

/// Emits 0, 1, 2 ... `total - 1` in batches of `batch` rows; a micro-batch takes `per_epoch` of them.
class NumbersSource final : public AheadSource {
 public:
  NumbersSource(std::int64_t total, std::int64_t batch, std::int64_t per_epoch)
      : total_(total), batch_(batch), per_epoch_(per_epoch) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override {
    context_ = &context;
    if (start) next_ = std::stoll(start->json);
    limit_ = next_;
    return {};
  }
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    const std::int64_t end = limited_ ? limit_ : total_;
    if (next_ >= end) return limited_ && end < total_ ? PollStatus::AtLimit : PollStatus::EndOfInput;
    const std::int64_t n = std::min({batch_, end - next_, static_cast<std::int64_t>(max_records)});
    RecordBatch rows = context_->pool.make_batch(schema_);
    Column& column = *rows.columns()[0];
    column.resize(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) column.mutable_values<std::int64_t>()[i] = next_ + i;
    rows.set_num_physical_rows(static_cast<std::uint32_t>(n));
    next_ += n;
    out.emit(std::move(rows));
    return PollStatus::Emitted;
  }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override {
    const std::int64_t start = limited_ ? std::max(next_, limit_) : next_;
    return std::optional(Offset{std::to_string(std::min(total_, start + per_epoch_))});
  }
  Status limit_to(const Offset& end) override {
    limited_ = true;
    limit_ = std::stoll(end.json);
    return {};
  }
  std::chrono::microseconds poll_interval() const override { return std::chrono::microseconds(50); }

 private:
  const std::int64_t total_;
  const std::int64_t batch_;
  const std::int64_t per_epoch_;
  SchemaPtr schema_ = one_long_schema();
  SourceContext* context_ = nullptr;
  std::int64_t next_ = 0;
  std::int64_t limit_ = 0;
  bool limited_ = false;
};

}  // namespace millrace::testing
