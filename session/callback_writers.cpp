#include "session/callback_writers.hpp"

#include "session/query_run.hpp"

namespace millrace {
namespace {

class MarkedWriter final : public ForeachWriter {
 public:
  MarkedWriter(std::unique_ptr<ForeachWriter> writer, std::shared_ptr<const char> mark)
      : writer_(std::move(writer)), mark_(std::move(mark)) {}
  Result<bool> open(std::int64_t partition, Epoch epoch) override {
    const CallbackScope inside(mark_.get());
    return writer_->open(partition, epoch);
  }
  Status process(const RecordBatch& batch, std::size_t row) override {
    const CallbackScope inside(mark_.get());
    return writer_->process(batch, row);
  }
  void close(const Error* error) override {
    const CallbackScope inside(mark_.get());
    writer_->close(error);
  }

 private:
  std::unique_ptr<ForeachWriter> writer_;
  std::shared_ptr<const char> mark_;
};

class FunctionWriter final : public ForeachWriter {
 public:
  explicit FunctionWriter(std::function<Status(const Row&)> function)
      : function_(std::move(function)) {}
  Result<bool> open(std::int64_t, Epoch) override { return true; }
  Status process(const RecordBatch& batch, std::size_t row) override {
    return function_(Row(batch, row));
  }
  void close(const Error*) override {}

 private:
  std::function<Status(const Row&)> function_;
};

}  // namespace

std::unique_ptr<ForeachWriter> marked_writer(std::unique_ptr<ForeachWriter> writer,
                                             std::shared_ptr<const char> mark) {
  return std::make_unique<MarkedWriter>(std::move(writer), std::move(mark));
}

std::unique_ptr<ForeachWriter> writer_of(std::function<Status(const Row&)> function) {
  return std::make_unique<FunctionWriter>(std::move(function));
}

DataFrame frame_of(const std::shared_ptr<SessionState>& session, const Schema& schema,
                   const std::vector<RecordBatch>& batches) {
  plan::LocalRelation local{schema, {}};
  for (const RecordBatch& batch : batches)
    batch.rows().for_each([&](std::uint32_t row) { local.rows.push_back(Row(batch, row).values()); });
  return {session, plan::make_node(std::move(local), {})};
}

}  // namespace millrace
