#include "sinks/foreach_sink.hpp"

#include "sinks/visible_change.hpp"

namespace millrace {

namespace {

class ForeachSink final : public Sink {
 public:
  explicit ForeachSink(std::unique_ptr<ForeachWriter> writer) : writer_(std::move(writer)) {}
  ~ForeachSink() override { rollback(); }

  Status open(SinkContext& context) override {
    context_ = &context;
    return {};
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    Status begun = begin(context_->epoch);
    if (!begun.ok()) return begun.error();
    if (!takes_rows_) return WriteStatus::Accepted;
    Status processed;
    for_each_visible(batch, [&](std::uint32_t row) {
      if (processed.ok()) processed = writer_->process(batch, row);
    });
    if (processed.ok()) return WriteStatus::Accepted;
    end(&processed.error());
    return processed.error();
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    Status begun = begin(epoch);
    if (!begun.ok()) return done(begun.error());
    end(nullptr);
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
  void rollback() override {
    if (!is_open_) return;
    const Error error = make_error(ErrorKind::QueryFailed, "foreach sink: epoch was given up");
    end(&error);
  }
  bool is_blocking() const override { return true; }

 private:
  Status begin(Epoch epoch) {
    if (is_open_) return {};
    auto opened = writer_->open(context_->subtask, epoch);
    if (!opened.ok()) return opened.error();
    is_open_ = true;
    takes_rows_ = *opened;
    return {};
  }
  void end(const Error* error) {
    is_open_ = false;
    writer_->close(error);
  }

  std::unique_ptr<ForeachWriter> writer_;
  SinkContext* context_ = nullptr;
  bool is_open_ = false;
  bool takes_rows_ = false;
};

class ForeachBatchSink final : public Sink {
 public:
  explicit ForeachBatchSink(ForeachBatchFunction function) : function_(std::move(function)) {}

  Status open(SinkContext& context) override {
    context_ = &context;
    return {};
  }
  Result<WriteStatus> write(const RecordBatch& batch) override {
    RecordBatch kept = context_->pool.share(batch);
    std::vector<std::uint32_t> selection;
    for_each_visible(batch, [&](std::uint32_t row) { selection.push_back(row); });
    kept.start_selection() = std::move(selection);
    kept.set_changes(ColumnRef());
    rows_.push_back(std::move(kept));
    return WriteStatus::Accepted;
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    Status called = function_(rows_, context_->schema, epoch);
    rows_.clear();
    done(called.ok() ? Result<CommitToken>(CommitToken{}) : Result<CommitToken>(called.error()));
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
  void rollback() override { rows_.clear(); }
  bool is_blocking() const override { return true; }

 private:
  ForeachBatchFunction function_;
  SinkContext* context_ = nullptr;
  std::vector<RecordBatch> rows_;
};

}  // namespace

PlannedSink plan_foreach(std::function<std::unique_ptr<ForeachWriter>()> make_writer) {
  return {"ForeachWriterTable$",
          [make_writer] { return std::make_unique<ForeachSink>(make_writer()); }};
}

PlannedSink plan_foreach_batch(ForeachBatchFunction function) {
  PlannedSink planned;
  planned.description = "ForeachBatchSink";
  planned.make = [function] { return std::make_unique<ForeachBatchSink>(function); };
  planned.tells_rows = false;
  return planned;
}

}  // namespace millrace
