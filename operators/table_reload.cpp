#include "operators/table_reload.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace {

struct TableReading {
  // Fixed.
  Epoch first_epoch{};
  int reader = 0;

  // Under the mutex of the readings.
  std::vector<RecordBatch> rows;
  std::optional<Error> failure;
  bool is_complete = false;
  int num_done = 0;

  // The reader's own.
  bool is_started = false;
};

/// The first subtask that comes to an epoch decides whether the table is due, and reads it. Thread-safe.
class TableReadings {
 public:
  explicit TableReadings(TableReloadOptions options) : options_(std::move(options)) {}

  void join(const OperatorContext& context) {
    const std::lock_guard lock(mutex_);
    if (num_present_++ == 0) begin(context);
  }

  void leave(int subtask) {
    const std::lock_guard lock(mutex_);
    passed_[static_cast<std::size_t>(subtask)] = Epoch{std::numeric_limits<std::int64_t>::max()};
    // It would go on with a context that is about to end.
    const bool is_reading = !readings_.empty() && !readings_.back()->is_complete &&
                            readings_.back()->reader == subtask;
    if (--num_present_ == 0 || is_reading) reader_.reset();
  }

  /// The subtask wants nothing any more that an earlier epoch saw.
  void pass(int subtask, Epoch epoch) {
    const std::lock_guard lock(mutex_);
    passed_[static_cast<std::size_t>(subtask)] = epoch;
    const Epoch last = *std::min_element(passed_.begin(), passed_.end());
    while (readings_.size() > 1 && readings_[1]->first_epoch <= last) readings_.pop_front();
  }

  /// The reading that holds for the rows of the context's epoch; null while the first table does.
  std::shared_ptr<TableReading> reading_for(const OperatorContext& context) {
    const std::lock_guard lock(mutex_);
    if (!decided_ || *decided_ < context.epoch) {
      decided_ = context.epoch;
      if (is_due(context)) {
        readings_.push_back(std::make_shared<TableReading>());
        readings_.back()->first_epoch = context.epoch;
        readings_.back()->reader = context.subtask;
      }
    }
    for (auto reading = readings_.rbegin(); reading != readings_.rend(); ++reading)
      if ((*reading)->first_epoch <= context.epoch) return *reading;
    return nullptr;
  }

  /// The batch behind the first `num_taken` ones.
  Result<std::optional<RecordBatch>> take(TableReading& reading, std::size_t& num_taken,
                                          OperatorContext& context) {
    {
      const std::lock_guard lock(mutex_);
      if (num_taken < reading.rows.size())
        return std::optional(context.pool.share(reading.rows[num_taken++]));
      if (reading.failure) return *reading.failure;
      if (reading.is_complete) {
        if (++reading.num_done == context.num_subtasks) reading.rows.clear();
        return std::optional<RecordBatch>();
      }
    }
    if (reading.reader == context.subtask) read_more(reading, context);
    return std::optional(RecordBatch());
  }

 private:
  void begin(const OperatorContext& context) {
    reader_ = options_.make();
    readings_.clear();
    decided_.reset();
    passed_.assign(static_cast<std::size_t>(context.num_subtasks), context.epoch);
    next_ = context.services.now_micros() + options_.period;
  }

  bool is_due(const OperatorContext& context) {
    const std::int64_t now = context.services.now_micros();
    if (now < next_ || (!readings_.empty() && !readings_.back()->is_complete)) return false;
    next_ = now + options_.period;
    return !options_.only_when_changed || reader_->has_changed();
  }

  void read_more(TableReading& reading, OperatorContext& context) {
    Status started;
    if (!std::exchange(reading.is_started, true)) started = reader_->start(context);
    Result<std::optional<RecordBatch>> rows = std::optional<RecordBatch>();
    if (started.ok()) rows = reader_->read();
    const std::lock_guard lock(mutex_);
    if (!started.ok()) reading.failure = std::move(started.error());
    else if (!rows.ok()) reading.failure = std::move(rows.error());
    else if (!rows->has_value()) reading.is_complete = true;
    else if (**rows) reading.rows.push_back(std::move(**rows));
  }

  const TableReloadOptions options_;
  std::mutex mutex_;
  // Of the subtask that reads, else under the mutex.
  std::unique_ptr<TableReader> reader_;
  std::int64_t next_ = 0;
  int num_present_ = 0;
  std::optional<Epoch> decided_;
  // For each subtask the first epoch that it may still see.
  std::vector<Epoch> passed_;
  std::deque<std::shared_ptr<TableReading>> readings_;
};

std::shared_ptr<TableReadings> make_table_readings(TableReloadOptions options) {
  return std::make_shared<TableReadings>(std::move(options));
}

TableReload::~TableReload() {
  if (context_ != nullptr) readings_->leave(context_->subtask);
}

void TableReload::open(OperatorContext& context) {
  if (!readings_) return;
  context_ = &context;
  readings_->join(context);
}

void TableReload::end_epoch() {
  if (context_ == nullptr) return;
  is_first_of_epoch_ = true;
  readings_->pass(context_->subtask, next(context_->epoch));
}

bool TableReload::is_due() {
  if (context_ == nullptr || !std::exchange(is_first_of_epoch_, false)) return false;
  auto reading = readings_->reading_for(*context_);
  if (reading == reading_) return false;
  reading_ = std::move(reading);
  num_taken_ = 0;
  return true;
}

Result<std::optional<RecordBatch>> TableReload::read() {
  return readings_->take(*reading_, num_taken_, *context_);
}

}  // namespace millrace
