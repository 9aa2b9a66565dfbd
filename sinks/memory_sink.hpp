#pragma once

#include "sinks/memory_table.hpp"
#include "sinks/sink_type.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// Fills a `MemoryTable`: append and update mode add the rows of each epoch, complete mode replaces
/// the whole table. An epoch becomes visible when it commits, and only once.
class MemorySink final : public Sink {
 public:
  MemorySink(std::string name, std::shared_ptr<MemoryTable> table)
      : name_(std::move(name)), table_(std::move(table)) {}

  Status open(SinkContext& context) override;
  Result<WriteStatus> write(const RecordBatch& batch) override;
  void prepare(Epoch epoch, std::function<void(Result<CommitToken>)> done) override;
  void commit(Epoch epoch, const CommitToken& token, std::function<void(Status)> done) override;
  void rollback() override;

 private:
  std::string name_;
  std::shared_ptr<MemoryTable> table_;
  SinkContext* context_ = nullptr;
  std::vector<RecordBatch> pending_;
  std::map<Epoch, std::vector<RecordBatch>> prepared_;
};

/// The kind `memory`: the query's name is the table's.
SinkType memory_sink_type();

}  // namespace millrace
