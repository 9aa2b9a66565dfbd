#include "sources/local_relation.hpp"

#include "sources/memory_stream.hpp"

#include <algorithm>
#include <memory>

namespace millrace {

namespace {

struct Relation {
  SchemaPtr schema;
  std::vector<std::vector<Value>> rows;
};

/// A memory stream that has ended before it is read.
class LocalRelationSource final : public Source {
 public:
  explicit LocalRelationSource(const Relation& relation)
      : stream_(std::make_shared<MemoryStream>(*relation.schema)), source_(stream_, true) {
    stream_->add_rows(relation.rows);
    stream_->end();
  }
  Status open(SourceContext& context, const std::optional<Offset>& start) override {
    return source_.open(context, start);
  }
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override {
    return source_.poll(max_records, out);
  }
  std::optional<Offset> offset() const override { return source_.offset(); }
  Result<std::optional<Offset>> latest_offset() override { return source_.latest_offset(); }
  Status limit_to(const Offset& end) override { return source_.limit_to(end); }

 private:
  std::shared_ptr<MemoryStream> stream_;
  MemorySource source_;
};

}  // namespace

PlannedSource plan_local_relation(Schema schema, std::vector<std::vector<Value>> rows) {
  PlannedSource planned;
  planned.schema = schema;
  planned.description = "LocalTableScan";
  planned.bounded = true;
  auto relation = std::make_shared<const Relation>(
      Relation{std::make_shared<const Schema>(std::move(schema)), std::move(rows)});
  planned.make = [relation] { return std::make_unique<LocalRelationSource>(*relation); };
  return planned;
}

}  // namespace millrace
