#include "sinks/held_sink.hpp"

#include <map>

#include "sinks/held_rows.hpp"

namespace millrace {

Status HeldSink::open(SinkContext& context) {
  context_ = &context;
  inside_context_.emplace(context);
  inside_context_->keep_output = nullptr;
  return inside_->open(*inside_context_);
}

Status HeldSink::recover(const std::vector<RecoveredOutput>& left) {
  std::map<Epoch, HeldEpoch> epochs;
  for (const RecoveredOutput& output : left) {
    for (const RecoveredOutput::Rows& rows : output.outputs) {
      Result<RecordBatch> batch = rows_of_bytes(rows.bytes, context_->schema, context_->pool);
      if (!batch) return std::move(batch.error());
      HeldEpoch& held = epochs[rows.epoch];
      held.epoch = rows.epoch;
      held.committed = true;
      held.batches.push_back(std::move(*batch));
    }
  }
  for (auto& [epoch, held] : epochs) held_.push_back(std::move(held));
  return {};
}

Result<WriteStatus> HeldSink::write(const RecordBatch& batch) {
  open_.push_back(context_->pool.share(batch));
  return WriteStatus::Accepted;
}

void HeldSink::prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) {
  if (context_->keep_output && !open_.empty())
    context_->keep_output(epoch, bytes_of_rows(open_));
  held_.push_back({epoch, std::move(open_), false, nullptr});
  open_.clear();
  done(CommitToken{});
}

void HeldSink::commit(Epoch epoch, const CommitToken&, std::function<void(Status)> done) {
  // After a restart the rows of the epoch may be an earlier process's, or written already.
  if (held_.empty() || held_.back().epoch < epoch) held_.push_back({epoch, {}, true, nullptr});
  for (HeldEpoch& held : held_) {
    if (held.epoch > epoch) break;
    held.committed = true;
    if (held.epoch == epoch) held.done = std::move(done);
  }
  release();
}

void HeldSink::on_wake() {
  inside_->on_wake();
  release();
}

void HeldSink::release() {
  while (!held_.empty() && held_.front().committed) {
    HeldEpoch& held = held_.front();
    Result<bool> is_through = release_rows(held);
    if (is_through && !*is_through) return;
    Status status = is_through ? finish(held) : Status(std::move(is_through.error()));
    if (!status) failure_ = std::move(status);
    const auto done = std::move(held.done);
    held_.pop_front();
    if (done) done(failure_);
  }
}

Result<bool> HeldSink::release_rows(HeldEpoch& held) {
  inside_context_->epoch = held.epoch;
  for (; !held.batches.empty(); held.batches.pop_front()) {
    Result<WriteStatus> status = inside_->write(held.batches.front());
    if (!status) return std::move(status.error());
    if (*status == WriteStatus::Full) return false;
  }
  return true;
}

Status HeldSink::finish(const HeldEpoch& held) {
  Status status;
  inside_->prepare(held.epoch, [&](Result<CommitToken> token) {
    if (!token) status = std::move(token.error());
    else inside_->commit(held.epoch, *token, [&](Status done) { status = std::move(done); });
  });
  return status;
}

}  // namespace millrace
