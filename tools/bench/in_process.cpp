#include "tools/bench/in_process.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace millrace::bench {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// What all sources here have in common: offsets that count rows, no limits.
class RowCountSource : public Source {
 public:
  Status open(SourceContext& context, const std::optional<Offset>&) override {
    context_ = &context;
    return {};
  }
  std::optional<Offset> offset() const override { return Offset{std::to_string(next_)}; }
  Result<std::optional<Offset>> latest_offset() override { return offset(); }
  Status limit_to(const Offset&) override { return {}; }

 protected:
  SourceContext* context_ = nullptr;
  std::int64_t next_ = 0;
};

class DueSource final : public RowCountSource {
 public:
  explicit DueSource(std::shared_ptr<DueQueue> queue) : queue_(std::move(queue)) {}

  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    if (next_ >= queue_->num_due() && queue_->wakes()) queue_->clear_ready();
    const std::int64_t end =
        std::min(queue_->num_due(), next_ + static_cast<std::int64_t>(max_records));
    if (next_ == end) return queue_->ended() ? PollStatus::EndOfInput : PollStatus::Idle;
    RecordBatch batch = context_->pool.make_batch(schema_);
    Column& due = *batch.columns()[0];
    for (; next_ < end; ++next_) due.append(queue_->due_ns(next_));
    batch.set_num_physical_rows(static_cast<std::uint32_t>(due.size()));
    out.emit(std::move(batch));
    return PollStatus::Emitted;
  }
  int ready_fd() const override { return queue_->ready_fd(); }

 private:
  std::shared_ptr<DueQueue> queue_;
  SchemaPtr schema_ = due_schema();
};

class FloodSource final : public RowCountSource {
 public:
  explicit FloodSource(std::int64_t total) : total_(total) {}

  Result<PollStatus> poll(std::size_t, SourceOutput& out) override {
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
  const std::int64_t total_;
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

class LatencySink final : public KeepNothingSink {
 public:
  explicit LatencySink(std::shared_ptr<LatencyHistogram> latency) : latency_(std::move(latency)) {}
  Result<WriteStatus> write(const RecordBatch& batch) override {
    const std::int64_t now = now_ns();
    const auto* due = batch.column(0).values<std::int64_t>();
    batch.rows().for_each([&](std::uint32_t row) { latency_->add(now - due[row]); });
    return WriteStatus::Accepted;
  }

 private:
  std::shared_ptr<LatencyHistogram> latency_;
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

SchemaPtr flood_schema() {
  return std::make_shared<Schema>(
      Schema{{{"id", TypeKind::Long, false}, {"amount", TypeKind::Long, false}}});
}

std::unique_ptr<Source> make_due_source(std::shared_ptr<DueQueue> queue) {
  return std::make_unique<DueSource>(std::move(queue));
}
std::unique_ptr<Source> make_flood_source(std::int64_t total) {
  return std::make_unique<FloodSource>(total);
}
std::unique_ptr<Sink> make_latency_sink(std::shared_ptr<LatencyHistogram> latency) {
  return std::make_unique<LatencySink>(std::move(latency));
}
std::unique_ptr<Sink> make_counting_sink(std::shared_ptr<std::atomic<std::int64_t>> count) {
  return std::make_unique<CountingSink>(std::move(count));
}

}  // namespace millrace::bench
