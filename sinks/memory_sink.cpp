#include "sinks/memory_sink.hpp"

namespace millrace {

Status MemorySink::open(SinkContext& context) {
  context_ = &context;
  publish_memory_table(name_, table_);
  return {};
}

Result<WriteStatus> MemorySink::write(const RecordBatch& batch) {
  pending_.push_back(table_->copy(batch));
  return WriteStatus::Accepted;
}

void MemorySink::prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) {
  prepared_[epoch] = std::exchange(pending_, {});
  done(CommitToken{});
}

void MemorySink::commit(Epoch epoch, const CommitToken&, std::function<void(Status)> done) {
  auto prepared = prepared_.extract(epoch);
  if (prepared.empty()) return done({});
  // In a continuous job an epoch in which nothing changed says nothing about the table.
  const bool says_nothing = prepared.mapped().empty() && !context_->micro_batch;
  if (context_->complete_mode && !says_nothing)
    table_->replace(epoch, std::move(prepared.mapped()));
  else
    table_->append(std::move(prepared.mapped()));
  done({});
}

void MemorySink::rollback() {
  pending_.clear();
  prepared_.clear();
}

namespace {

Result<PlannedSink> plan_memory(const SinkRequest& request) {
  if (request.name.empty())
    return make_error(ErrorKind::Config, "queryName must be specified for memory sink",
                      "give the query a name: it is the name of the table");
  PlannedSink planned;
  planned.description = "MemorySink";
  planned.shows_by_epoch = true;
  planned.make = [name = request.name, table = std::make_shared<MemoryTable>(
                                           std::make_shared<const Schema>(request.schema))] {
    return std::make_unique<MemorySink>(name, table);
  };
  return planned;
}

}  // namespace

SinkType memory_sink_type() {
  SinkType type;
  type.name = "memory";
  type.summary = "Keeps the rows in a table of this process, named like the query.";
  type.output_modes = {"append", "update", "complete"};
  type.plan = plan_memory;
  return type;
}

}  // namespace millrace
