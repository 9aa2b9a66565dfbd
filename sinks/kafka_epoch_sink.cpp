#include "sinks/kafka_epoch_sink.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

namespace millrace {

namespace {

/// Names a job without a checkpoint: nobody takes it up again.
std::string passing_name() {
  std::random_device random;
  return fmt::format("{}-{:08x}{:08x}", ::getpid(), random(), random());
}

}  // namespace

KafkaEpochSink::KafkaEpochSink(std::shared_ptr<const KafkaSinkOptions> options)
    : options_(std::move(options)) {}

KafkaEpochSink::~KafkaEpochSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
}

Status KafkaEpochSink::open(SinkContext& context) {
  context_ = &context;
  const std::string& name = context.durable_name;
  const KafkaSetting* chosen = options_->settings.find("transactional.id");
  id_ = fmt::format("{}-{}",
                    chosen != nullptr ? chosen->value
                                      : "millrace-" + (name.empty() ? passing_name() : name),
                    context.subtask);
  transactions_ =
      std::make_unique<KafkaTransactions>(options_->settings, id_, stopping_, context.warn);
  if (Status started = transactions_->start(); !started.ok()) return started;
  writer_ = std::thread([this] { run(); });
  return {};
}

/// The writer has nothing to do yet, so its transactions may be used here. The ids of subtasks that
/// are no more are fenced too: their process may still be about.
Status KafkaEpochSink::recover(const std::vector<RecoveredOutput>& left) {
  for (const RecoveredOutput& one : left) {
    if (one.subtask == context_->subtask || one.token.empty()) {
      if (Status written = write_left(*transactions_, one); !written.ok()) return written;
      continue;
    }
    KafkaTransactions orphan(options_->settings, one.token, stopping_, context_->warn);
    Status status = orphan.start();
    if (status.ok()) status = write_left(orphan, one);
    if (!status.ok()) return status;
  }
  return {};
}

Status KafkaEpochSink::write_left(KafkaTransactions& transactions, const RecoveredOutput& left) {
  for (const RecoveredOutput::Rows& rows : left.outputs)
    if (Status written = transactions.write(rows.epoch, rows.bytes, true); !written.ok())
      return written;
  return {};
}

Result<WriteStatus> KafkaEpochSink::write(const RecordBatch& batch) {
  Status failed;
  batch.rows().for_each([&](std::uint32_t row) {
    if (!failed.ok()) return;
    failed = read_kafka_record(batch, row, options_->columns, options_->topic, record_);
    if (failed.ok()) encode_kafka_record(record_, rows_);
  });
  if (!failed.ok()) return failed.error();
  return WriteStatus::Accepted;
}

void KafkaEpochSink::prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) {
  if (!rows_.empty()) {
    if (context_->keep_output) context_->keep_output(epoch, rows_);
    prepared_[epoch] = std::exchange(rows_, {});
  }
  done(CommitToken{id_});
}

/// An epoch that was given up commits with the next one.
void KafkaEpochSink::commit(Epoch epoch, const CommitToken&, std::function<void(Status)> done) {
  {
    const std::lock_guard lock(mutex_);
    const auto end = prepared_.upper_bound(epoch);
    for (auto held = prepared_.begin(); held != end; ++held)
      tasks_.push_back({held->first, std::move(held->second), {}});
    prepared_.erase(prepared_.begin(), end);
    tasks_.push_back({epoch, {}, std::move(done)});
  }
  changed_.notify_all();
}

void KafkaEpochSink::rollback() {
  rows_.clear();
  prepared_.clear();
}

std::optional<KafkaEpochSink::Task> KafkaEpochSink::next_task() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
  if (stopping_) return std::nullopt;
  Task task = std::move(tasks_.front());
  tasks_.pop_front();
  return task;
}

void KafkaEpochSink::run() {
  Status failed;
  while (std::optional<Task> task = next_task()) {
    if (!task->rows.empty() && failed.ok())
      failed = transactions_->write(task->epoch, task->rows, false);
    if (task->done) task->done(failed);
  }
}

}  // namespace millrace
