#pragma once

#include "sources/ahead_source.hpp"
#include "sources/nexmark_events.hpp"
#include "sources/source_type.hpp"

namespace millrace {

struct NexmarkOptions {
  nexmark::Kind kind = nexmark::Kind::Bid;
  std::int64_t num_events = 0;  // of all kinds together
  std::int64_t events_per_second = 10'000;
  Schema schema;  // the columns that are made
};

/// The rows of one kind out of a stream of NEXMark events, as fast as they are taken. Offset: `{"event":n}`, the
/// next event of any kind. A poll covers a fixed range of event numbers, so that sources of several kinds that are polled
/// in turn stay together.
class NexmarkSource final : public AheadSource {
 public:
  explicit NexmarkSource(NexmarkOptions options) : options_(std::move(options)) {}

  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;

  /// Appends one column's values for the events listed.
  using Fill = void (*)(const std::vector<std::int64_t>& events, const NexmarkOptions& options,
                        Column& column);

 private:
  void list_events(std::int64_t end);

  // Fixed after open.
  const NexmarkOptions options_;
  SourceContext* context_ = nullptr;
  SchemaPtr schema_;
  std::vector<Fill> fills_;  // of each column

  std::int64_t next_ = 0;
  std::int64_t limit_ = 0;
  std::vector<std::int64_t> events_;  // of the batch being made
};

/// The kind `nexmark`.
SourceType nexmark_source_type();

}  // namespace millrace
