#include "sinks/noop_sink.hpp"

namespace millrace {

Status NoopSink::open(SinkContext&) { return {}; }

Result<WriteStatus> NoopSink::write(const RecordBatch& batch) {
  // relaxed: a count that nothing else is read by.
  if (num_rows_) num_rows_->fetch_add(batch.num_rows(), std::memory_order_relaxed);
  return WriteStatus::Accepted;
}

void NoopSink::prepare(Epoch, std::function<void(Result<CommitToken>)> done) {
  done(CommitToken{});
}

void NoopSink::commit(Epoch, const CommitToken&, std::function<void(Status)> done) { done({}); }

SinkType noop_sink_type() {
  SinkType type;
  type.name = "noop";
  type.summary = "Drops the rows, to measure what comes before.";
  type.output_modes = {"append", "update", "complete"};
  type.plan = [](const SinkRequest&) -> Result<PlannedSink> {
    return PlannedSink{"NoopTable", [] { return std::make_unique<NoopSink>(); }};
  };
  return type;
}

}  // namespace millrace
