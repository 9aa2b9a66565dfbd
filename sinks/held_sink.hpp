#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "sinks/sink.hpp"

namespace millrace {

/// Holds the rows of an epoch back until the epoch has committed, then gives them to the sink inside:
/// `visibility: committed` for sinks that cannot take a row back. Nobody sees a row that a crash would
/// make the job compute again. The held rows are in the journal with the commit record, so a crash
/// after the commit loses none; one between the writing and its confirmation shows an epoch again.
/// The rows of one epoch are in memory, so the checkpoint interval bounds them.
/// Requires: the sink inside calls `done` of `prepare` and `commit` inside the call.
class HeldSink final : public Sink {
 public:
  explicit HeldSink(std::unique_ptr<Sink> inside) : inside_(std::move(inside)) {}

  Status open(SinkContext& context) override;
  Status recover(const std::vector<RecoveredOutput>& left) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  void on_wake() override;
  Status close() override { return inside_->close(); }
  bool is_blocking() const override { return inside_->is_blocking(); }

 private:
  struct HeldEpoch {
    Epoch epoch{};
    std::deque<RecordBatch> batches;
    bool committed = false;
    std::function<void(Status)> done;
  };

  /// Gives committed epochs to the sink inside until it is full.
  void release();
  /// False when it is full.
  Result<bool> release_rows(HeldEpoch& held);
  Status finish(const HeldEpoch& held);

  std::unique_ptr<Sink> inside_;
  SinkContext* context_ = nullptr;
  std::optional<SinkContext> inside_context_;  // its epoch is the one that is released
  std::deque<RecordBatch> open_;               // of the epoch under way
  std::deque<HeldEpoch> held_;                 // prepared, oldest first
  Status failure_;                             // of the sink inside; told with the next commit
};

}  // namespace millrace
