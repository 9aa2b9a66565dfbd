#include "sinks/foreach_sink.hpp"

#include "expressions/expression_errors.hpp"
#include "sinks/visible_change.hpp"

#include <exception>

namespace millrace {

namespace {

/// Names of one kind of sink in Spark's error.
struct CallerNames {
  const char* error_class;
  const char* sink;
};
constexpr CallerNames kForeach{"FOREACH_USER_FUNCTION_ERROR", "foreach"};
constexpr CallerNames kForeachBatch{"FOREACH_BATCH_USER_FUNCTION_ERROR", "foreach batch"};

Error function_error(const CallerNames& names, const std::string& reason) {
  return spark_error(names.error_class, "39000",
                     "An error occurred in the user provided function in " +
                         std::string(names.sink) + " sink. Reason: " + reason);
}

/// Calls code of the program, which may throw: that fails the epoch.
template <class Call>
auto guarded(const CallerNames& names, const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& thrown) {
    return function_error(names, thrown.what());
  } catch (...) {
    return function_error(names, "it threw what is no std::exception");
  }
}

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
    const Status processed = guarded(kForeach, [&] { return process(batch); });
    if (processed.ok()) return WriteStatus::Accepted;
    (void)end(&processed.error());
    return processed.error();
  }
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override {
    Status begun = begin(epoch);
    if (!begun.ok()) return done(begun.error());
    if (Status ended = end(nullptr); !ended.ok()) return done(ended.error());
    done(CommitToken{});
  }
  void commit(Epoch, const CommitToken&, std::function<void(Status)> done) override { done({}); }
  void rollback() override {
    if (!is_open_) return;
    const Error error = make_error(ErrorKind::QueryFailed, "foreach sink: epoch was given up");
    (void)end(&error);
  }
  bool is_blocking() const override { return true; }

 private:
  Status begin(Epoch epoch) {
    if (is_open_) return {};
    auto opened = guarded(kForeach, [&] { return writer_->open(context_->subtask, epoch); });
    if (!opened.ok()) return opened.error();
    is_open_ = true;
    takes_rows_ = *opened;
    return {};
  }
  Status process(const RecordBatch& batch) {
    Status processed;
    for_each_visible(batch, [&](std::uint32_t row) {
      if (processed.ok()) processed = writer_->process(batch, row);
    });
    return processed;
  }
  Status end(const Error* error) {
    is_open_ = false;
    return guarded(kForeach, [&] {
      writer_->close(error);
      return Status();
    });
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
    Status called =
        guarded(kForeachBatch, [&] { return function_(rows_, context_->schema, epoch); });
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
