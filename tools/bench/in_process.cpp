#include "tools/bench/in_process.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

#include "sources/ahead_source.hpp"

namespace millrace::bench {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// What all sources here have in common: offsets that count rows.
class RowCountSource : public AheadSource {
 public:
  Status open(SourceContext& context, const std::optional<Offset>&) override {
    context_ = &context;
    return {};
  }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override {
    return std::optional<Offset>(Offset{std::to_string(num_available())});
  }
  Status limit_to(const Offset& end) override {
    limit_ = std::stoll(end.json);
    return {};
  }

 protected:
  /// Where a micro-batch that begins now could end.
  virtual std::int64_t num_available() const = 0;

  std::int64_t limit_ = std::numeric_limits<std::int64_t>::max();
  SourceContext* context_ = nullptr;
  std::int64_t next_ = 0;
};

class DueSource final : public RowCountSource {
 public:
  /// `num_keys` 0: only the column `due`.
  DueSource(std::shared_ptr<DueQueue> queue, std::int64_t num_keys)
      : queue_(std::move(queue)),
        num_keys_(num_keys),
        schema_(num_keys == 0 ? due_schema() : keyed_schema()) {}

  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    if (next_ >= limit_) return PollStatus::AtLimit;
    if (next_ >= queue_->num_due() && queue_->wakes()) queue_->clear_ready();
    const std::int64_t end =
        std::min({queue_->num_due(), limit_, next_ + static_cast<std::int64_t>(max_records)});
    if (next_ == end) return queue_->ended() ? PollStatus::EndOfInput : PollStatus::Idle;
    RecordBatch batch = context_->pool.make_batch(schema_);
    for (; next_ < end; ++next_) append_row(batch);
    queue_->set_taken(next_);
    batch.set_num_physical_rows(static_cast<std::uint32_t>(batch.column(0).size()));
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }
  int ready_fd() const override { return queue_->ready_fd(); }

 private:
  std::int64_t num_available() const override { return queue_->num_due(); }
  void append_row(RecordBatch& batch) {
    batch.columns()[0]->append(queue_->due_ns(next_));
    if (num_keys_ == 0) return;
    batch.columns()[1]->append(next_ % num_keys_);
    batch.columns()[2]->append(next_ % 10 == 0 ? 5.0 : 11.0);
  }

  std::shared_ptr<DueQueue> queue_;
  const std::int64_t num_keys_;
  SchemaPtr schema_;
};

class KeyedSource final : public RowCountSource {
 public:
  explicit KeyedSource(const KeyedLoad& load)
      : load_(load),
        settled_(load.num_keys + static_cast<std::int64_t>(load.settle_seconds * kCalmRate)),
        total_(settled_ + load.num_rows) {}

  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    const std::int64_t end = std::min(num_due(), next_ + static_cast<std::int64_t>(max_records));
    if (next_ == total_) return finish();
    if (next_ == end) return PollStatus::Idle;
    RecordBatch batch = context_->pool.make_batch(schema_);
    fill(batch, static_cast<std::uint32_t>(end - next_));
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }

 private:
  static constexpr double kCalmRate = 200'000;

  std::int64_t num_available() const override { return total_; }

  void fill(RecordBatch& batch, std::uint32_t count) {
    for (ColumnRef& column : batch.columns()) column->resize(count);
    auto* due = batch.columns()[0]->mutable_values<std::int64_t>();
    auto* users = batch.columns()[1]->mutable_values<std::int64_t>();
    auto* amounts = batch.columns()[2]->mutable_values<double>();
    const std::int64_t first_key = first_changing_key();
    for (std::uint32_t i = 0; i < count; ++i, ++next_) {
      due[i] = next_ < settled_ ? 0 : due_of(next_ - settled_);
      users[i] = next_ < load_.num_keys ? next_ : random_key(first_key);
      amounts[i] = static_cast<double>(next_ % 1000);
    }
    batch.set_num_physical_rows(count);
  }

  PollStatus finish() {
    if (load_.taken_ns && *load_.taken_ns == 0) *load_.taken_ns = now_ns() - counted_from_;
    return PollStatus::EndOfInput;
  }

  std::int64_t due_of(std::int64_t n) const {
    if (load_.rate == 0) return counted_from_;
    return counted_from_ + static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / load_.rate);
  }

  /// Rows that should have come by now; never beyond the part of the load that we are in.
  std::int64_t num_due() {
    if (next_ < load_.num_keys) return load_.num_keys;
    if (next_ < settled_) return paced(load_.num_keys, settled_, kCalmRate, calm_from_);
    if (load_.rate != 0) return paced(settled_, total_, load_.rate, counted_from_);
    if (counted_from_ == 0) counted_from_ = now_ns();
    return total_;
  }
  static std::int64_t paced(std::int64_t first, std::int64_t end, double rate, std::int64_t& from) {
    if (from == 0) from = now_ns();
    const auto elapsed = static_cast<double>(now_ns() - from);
    return std::min(end, first + static_cast<std::int64_t>(elapsed * rate / 1e9) + 1);
  }

  std::int64_t first_changing_key() const {
    constexpr std::int64_t kTurnNs = 10'000'000;
    return load_.num_changing == 0 ? 0 : now_ns() / kTurnNs * load_.num_changing;
  }
  /// splitmix64, reduced to a key.
  std::int64_t random_key(std::int64_t first) {
    std::uint64_t x = random_ += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    const std::int64_t choices = load_.num_changing == 0 ? load_.num_keys : load_.num_changing;
    const auto random = static_cast<std::int64_t>((x ^ (x >> 31)) >> 1);
    return (first + random % choices) % load_.num_keys;
  }

  const KeyedLoad load_;
  const std::int64_t settled_, total_;  // rows before those that count, and all
  SchemaPtr schema_ = keyed_schema();
  std::int64_t calm_from_ = 0, counted_from_ = 0;
  std::uint64_t random_ = 1;
};

class FloodSource final : public RowCountSource {
 public:
  FloodSource(std::int64_t total, std::int64_t epoch_rows)
      : total_(total), epoch_rows_(epoch_rows) {}

  Result<PollStatus> poll(std::size_t, SourceOutput& out) override {
    if (next_ >= limit_) return PollStatus::AtLimit;
    if (next_ >= total_) return PollStatus::EndOfInput;
    constexpr std::uint32_t kRows = 1024;
    RecordBatch batch = context_->pool.make_batch(schema_);
    for (ColumnRef& column : batch.columns()) column->resize(kRows);
    auto* ids = batch.columns()[0]->mutable_values<std::int64_t>();
    auto* amounts = batch.columns()[1]->mutable_values<std::int64_t>();
    for (std::uint32_t i = 0; i < kRows; ++i) {
      ids[i] = next_ + i;
      amounts[i] = (next_ + i) % 100;
    }
    batch.set_num_physical_rows(kRows);
    next_ += kRows;
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }

 private:
  std::int64_t num_available() const override {
    const bool is_limited = limit_ != std::numeric_limits<std::int64_t>::max();
    return std::min(total_, (is_limited ? limit_ : next_) + epoch_rows_);
  }

  const std::int64_t total_;
  const std::int64_t epoch_rows_;
  SchemaPtr schema_ = flood_schema();
};

/// Sinks here keep nothing, so there is nothing to prepare or commit.
class KeepNothingSink : public Sink {
 public:
  Status open(SinkContext&) override { return {}; }
  void prepare(Epoch, std::function<void(Result<CommitToken>)> done) override {
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
};

class TimingSink final : public KeepNothingSink {
 public:
  explicit TimingSink(std::function<void(const RecordBatch&, std::int64_t)> take)
      : take_(std::move(take)) {}
  Result<WriteStatus> write(const RecordBatch& batch) override {
    take_(batch, now_ns());
    return WriteStatus::Accepted;
  }

 private:
  const std::function<void(const RecordBatch&, std::int64_t)> take_;
};

class CountingSink final : public KeepNothingSink {
 public:
  explicit CountingSink(std::shared_ptr<std::atomic<std::int64_t>> count)
      : count_(std::move(count)) {}
  Result<WriteStatus> write(const RecordBatch& batch) override {
    count_->store(count_->load(std::memory_order_relaxed) + batch.num_rows(),
                  std::memory_order_relaxed);
    return WriteStatus::Accepted;
  }

 private:
  std::shared_ptr<std::atomic<std::int64_t>> count_;
};

}  // namespace

DueQueue::DueQueue()
    : times_(std::make_unique<std::int64_t[]>(kRing)),
      event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

DueQueue::~DueQueue() { close(event_fd_); }

void DueQueue::add(std::int64_t due_ns, bool wake) {
  const std::int64_t n = due_.load(std::memory_order_relaxed);
  while (n - taken_.load(std::memory_order_acquire) >= static_cast<std::int64_t>(kRing)) {
  }
  times_[static_cast<std::size_t>(n) % kRing] = due_ns;
  due_.store(n + 1, std::memory_order_release);
  const std::uint64_t one = 1;
  if (!wake) return;
  wakes_.store(true, std::memory_order_relaxed);
  (void)!write(event_fd_, &one, sizeof one);
}

void DueQueue::end() {
  ended_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  (void)!write(event_fd_, &one, sizeof one);
}

void DueQueue::clear_ready() {
  std::uint64_t count;
  (void)!read(event_fd_, &count, sizeof count);
}

SchemaPtr due_schema() {
  return std::make_shared<Schema>(Schema{{{"due", TypeKind::Long, false}}});
}

SchemaPtr keyed_schema() {
  return std::make_shared<Schema>(Schema{{{"due", TypeKind::Long, true},
                                          {"user", TypeKind::Long, true},
                                          {"amount", TypeKind::Double, true}}});
}

SchemaPtr flood_schema() {
  return std::make_shared<Schema>(
      Schema{{{"id", TypeKind::Long, false}, {"amount", TypeKind::Long, false}}});
}

std::unique_ptr<Source> make_due_source(std::shared_ptr<DueQueue> queue) {
  return std::make_unique<DueSource>(std::move(queue), 0);
}
std::unique_ptr<Source> make_due_rows_source(std::shared_ptr<DueQueue> queue,
                                             std::int64_t num_keys) {
  return std::make_unique<DueSource>(std::move(queue), num_keys);
}
std::unique_ptr<Source> make_keyed_source(const KeyedLoad& load) {
  return std::make_unique<KeyedSource>(load);
}
std::unique_ptr<Source> make_flood_source(std::int64_t total, std::int64_t epoch_rows) {
  return std::make_unique<FloodSource>(total, epoch_rows);
}
std::unique_ptr<Sink> make_timing_sink(
    std::function<void(const RecordBatch& batch, std::int64_t now_ns)> take) {
  return std::make_unique<TimingSink>(std::move(take));
}
std::unique_ptr<Sink> make_counting_sink(std::shared_ptr<std::atomic<std::int64_t>> count) {
  return std::make_unique<CountingSink>(std::move(count));
}

}  // namespace millrace::bench
