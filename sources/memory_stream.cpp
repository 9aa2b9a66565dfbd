#include "sources/memory_stream.hpp"

#include "records/option_value.hpp"
#include "sources/offset_json.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string>

namespace millrace {

MemoryStream::MemoryStream(Schema schema)
    : schema_(std::make_shared<const Schema>(std::move(schema))), pool_(RecordPool::create()) {}

/// A batch that was read is shared and stays as it is, so every call starts a new one.
RecordBatch& MemoryStream::open_batch() {
  parts_.push_back({num_rows_, pool_->make_batch(schema_)});
  return parts_.back().batch;
}

void MemoryStream::add_rows(const std::vector<std::vector<Value>>& rows) {
  if (rows.empty()) return;
  const std::lock_guard lock(mutex_);
  RecordBatch& batch = open_batch();
  for (const std::vector<Value>& row : rows)
    for (std::size_t c = 0; c < schema_->size(); ++c) append_value(*batch.columns()[c], row[c]);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(rows.size()));
  num_rows_ += static_cast<std::int64_t>(rows.size());
  notify();
}

void MemoryStream::add_batch(const RecordBatch& from) {
  if (from.num_rows() == 0) return;
  const std::lock_guard lock(mutex_);
  RecordBatch& batch = open_batch();
  for (std::size_t c = 0; c < schema_->size(); ++c)
    from.rows().for_each(
        [&](std::uint32_t row) { batch.columns()[c]->append_from(from.column(c), row); });
  batch.set_num_physical_rows(from.num_rows());
  num_rows_ += from.num_rows();
  notify();
}

void MemoryStream::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  notify();
}

void MemoryStream::notify() {
  const std::uint64_t one = 1;
  std::erase_if(listeners_, [&](const std::weak_ptr<Descriptor>& waiting) {
    const auto listener = waiting.lock();
    if (!listener) return true;
    [[maybe_unused]] const ssize_t written = ::write(listener->get(), &one, sizeof one);
    return false;
  });
}

std::int64_t MemoryStream::num_rows() const {
  const std::lock_guard lock(mutex_);
  return num_rows_;
}

bool MemoryStream::has_ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::shared_ptr<Descriptor> MemoryStream::add_listener() {
  const std::lock_guard lock(mutex_);
  auto listener = std::make_shared<Descriptor>(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
  listeners_.push_back(listener);
  return listener;
}

std::size_t MemoryStream::read(std::int64_t first, std::size_t max_rows, std::int64_t ingest_ns,
                               SourceOutput& out) {
  const std::lock_guard lock(mutex_);
  std::size_t read = 0;
  auto part = std::upper_bound(parts_.begin(), parts_.end(), first,
                               [](std::int64_t row, const Part& p) { return row < p.first_row; });
  if (part != parts_.begin()) --part;
  for (; part != parts_.end() && read < max_rows; ++part) {
    const auto from =
        static_cast<std::uint32_t>(std::max<std::int64_t>(0, first - part->first_row));
    const std::uint32_t left = part->batch.num_physical_rows() - from;
    const auto rows = static_cast<std::uint32_t>(std::min<std::size_t>(left, max_rows - read));
    if (rows == 0) continue;
    RecordBatch shared = pool_->share(part->batch);
    shared.set_ingest_ns(ingest_ns);
    if (rows != part->batch.num_physical_rows()) {
      shared.start_selection().resize(rows);
      std::iota(shared.start_selection().begin(), shared.start_selection().end(), from);
    }
    out.emit(std::move(shared));
    read += rows;
  }
  return read;
}

Status MemorySource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  listener_ = stream_->add_listener();
  if (!start) return {};
  const auto last = offset_number(*start);
  if (!last) return offset_error("memory", *start);
  position_ = limit_ = *last + 1;
  return {};
}

Result<PollStatus> MemorySource::poll(std::size_t max_records, SourceOutput& out) {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const ssize_t got = ::read(listener_->get(), &ignored, sizeof ignored);
  const bool ended = stream_->has_ended();
  const std::int64_t end = continuous_ ? stream_->num_rows() : limit_;
  const auto room = std::min<std::size_t>(max_records, static_cast<std::size_t>(end - position_));
  const std::size_t rows =
      room == 0 ? 0 : stream_->read(position_, room, context_->steady_ns(), out);
  position_ += static_cast<std::int64_t>(rows);
  if (rows != 0) return PollStatus::Emitted;
  if (ended && position_ >= stream_->num_rows()) return PollStatus::EndOfInput;
  return continuous_ ? PollStatus::Idle : PollStatus::AtLimit;
}

std::optional<Offset> MemorySource::offset() const { return Offset{std::to_string(position_ - 1)}; }

Result<std::optional<Offset>> MemorySource::latest_offset() {
  const std::int64_t rows = frozen_ ? *frozen_ : stream_->num_rows();
  return std::optional<Offset>(Offset{std::to_string(std::max(rows, position_) - 1)});
}

Status MemorySource::limit_to(const Offset& end) {
  const auto last = offset_number(end);
  if (!last || *last + 1 > stream_->num_rows()) return offset_error("memory", end);
  limit_ = *last + 1;
  return {};
}

Status MemorySource::freeze_end() {
  frozen_ = stream_->num_rows();
  return {};
}

PlannedSource plan_memory_stream(std::shared_ptr<MemoryStream> stream, bool continuous) {
  PlannedSource planned;
  planned.schema = *stream->schema();
  planned.description = "MemoryStream";
  for (const Field& field : planned.schema.fields)
    planned.description += (planned.description.ends_with("Stream") ? "[" : ",") + field.name;
  planned.description += "]";
  planned.make = [stream, continuous] {
    return std::make_unique<MemorySource>(stream, continuous);
  };
  return planned;
}

namespace {

struct StreamRegistry {
  std::mutex mutex;  // guards `streams`
  std::map<std::string, std::shared_ptr<MemoryStream>> streams;
};

StreamRegistry& registry() {
  static StreamRegistry instance;
  return instance;
}

Result<PlannedSource> plan_memory(const SourceRequest& request) {
  const std::string name = text_option(request.options, "stream", "");
  StreamRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  const auto found = all.streams.find(lower_trimmed(name));
  if (found == all.streams.end())
    return option_error(request.options, "stream", "memory source: no such stream: '" + name + "'",
                        "a program makes it first, with MemoryStream");
  return plan_memory_stream(found->second, request.continuous);
}

}  // namespace

void publish_memory_stream(std::string_view name, std::shared_ptr<MemoryStream> stream) {
  StreamRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.streams[lower_trimmed(name)] = std::move(stream);
}

void withdraw_memory_stream(std::string_view name) {
  StreamRegistry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.streams.erase(lower_trimmed(name));
}

SourceType memory_source_type() {
  SourceType type;
  type.name = "memory";
  type.summary = "Rows that the program adds while the query runs.";
  type.options = {declare_required("stream", OptionType::Text, "Name of the stream.")};
  type.plan = plan_memory;
  return type;
}

}  // namespace millrace
