#pragma once

#include "sinks/sink_type.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace millrace {

/// Drops its rows. `num_rows`, where given, counts them and may be read from any thread.
class NoopSink final : public Sink {
 public:
  explicit NoopSink(std::shared_ptr<std::atomic<std::int64_t>> num_rows = nullptr)
      : num_rows_(std::move(num_rows)) {}

  Status open(SinkContext& context) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;

 private:
  std::shared_ptr<std::atomic<std::int64_t>> num_rows_;
};

/// The kind `noop`.
SinkType noop_sink_type();

}  // namespace millrace
