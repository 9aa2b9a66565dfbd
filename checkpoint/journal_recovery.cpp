#include "checkpoint/journal_recovery.hpp"

#include "checkpoint/journal_payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace millrace {
namespace {

std::optional<std::uint64_t> segment_number(const std::string& name) {
  if (name.size() != 24 || !name.ends_with(".log")) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + 20, value);
  if (code != std::errc() || end != name.data() + 20) return std::nullopt;
  return value;
}

/// One reading of a location, front to back; stops at the first damage.
class JournalScan {
 public:
  JournalScan(FileSystem& files, const std::string& location, const std::string& query_id,
              std::optional<std::uint64_t> last_segment, std::function<void()> rest)
      : files_(files),
        location_(location),
        query_id_(query_id),
        last_segment_(last_segment),
        rest_(std::move(rest)) {}

  Status run() {
    if (!last_segment_) contents_.head = Head::read(files_, location_, contents_.head_is_damaged);
    if (Status base = read_base(); !base || contents_.damage) return base;
    if (Status found = list_segments(); !found || contents_.damage) return found;
    for (const JournalSegment& segment : contents_.segments)
      if (Status read = read_segment(segment.number); !read || contents_.damage) return read;
    check_head();
    return {};
  }
  JournalContents take() { return std::move(contents_); }

 private:
  void damage(const std::string& file, std::uint64_t offset, std::string reason) {
    contents_.damage = JournalDamage{file, offset, std::move(reason)};
  }

  Result<std::string_view> read_file(const std::string& name) {
    auto file = files_.read(location_ + "/" + name);
    if (!file) return file.error();
    contents_.files.push_back(std::move(*file));
    return contents_.files.back()->view();
  }

  Status read_base() {
    if (!files_.exists(location_ + "/manifest")) return {};
    const auto text = read_file("manifest");
    if (!text) return text.error();
    const auto manifest = decode_manifest(*text);
    if (!manifest) return damage("manifest", 0, manifest.error().message), Status();
    const std::string name = base_name(manifest->epoch);
    if (!files_.exists(location_ + "/" + name))
      return damage(name, 0, "the base image that the manifest names is missing"), Status();
    const auto image = read_file(name);
    if (!image) return image.error();
    contents_.base = *manifest;
    read_base_records(name, *image);
    return {};
  }

  void read_base_records(const std::string& name, std::string_view image) {
    FileHeader header;
    if (auto wrong =
            check_header(image, FileType::BaseImage, contents_.base->first_segment, header))
      return damage(name, 0, *wrong);
    contents_.end = {0, sizeof header, header.previous, 0};
    JournalReader reader(image, header.previous);
    read_records(name, reader);
    if (contents_.damage) return;
    if (reader.damage()) return damage(name, reader.offset(), *reader.damage());
    if (contents_.base->num_bytes != image.size() ||
        contents_.base->hash != content_hash(image, rest_))
      return damage(name, 0, "this is another base image than the manifest says");
    contents_.end = {contents_.base->first_segment - 1, 0, header.previous, contents_.end.write};
  }

  std::optional<std::string> check_header(std::string_view file, FileType type,
                                          std::uint64_t sequence, FileHeader& header) {
    if (auto wrong = check_file_header(file, type, header)) return wrong;
    if (query_id_of(header) != query_id_)
      return fmt::format("the file belongs to query {}, not to {}", query_id_of(header), query_id_);
    if (header.sequence != sequence)
      return fmt::format("the file is number {}, not {}", header.sequence, sequence);
    return std::nullopt;
  }

  Status list_segments() {
    if (!files_.exists(location_ + "/journal")) return check_first({}, 1), Status();
    const auto names = files_.list(location_ + "/journal");
    if (!names) return names.error();
    std::vector<std::uint64_t> numbers;
    const std::uint64_t first = contents_.base ? contents_.base->first_segment : 1;
    for (const std::string& name : *names)
      if (const auto number = segment_number(name); number && is_wanted(*number, first))
        numbers.push_back(*number);
    check_first(numbers, first);
    return {};
  }

  bool is_wanted(std::uint64_t number, std::uint64_t first) const {
    return number >= first && (!last_segment_ || number <= *last_segment_);
  }

  void check_first(const std::vector<std::uint64_t>& numbers, std::uint64_t first) {
    const bool expects_some = contents_.base || contents_.head;
    if (numbers.empty() && expects_some)
      return damage(segment_name(first), 0, "the segment is missing");
    if (!contents_.base && !numbers.empty() && numbers.front() != first)
      return damage("manifest", 0,
                    fmt::format("the manifest is missing, but {} is the first segment",
                                segment_name(numbers.front())));
    for (const std::uint64_t number : numbers) {
      if (number != first + contents_.segments.size())
        return damage(segment_name(first + contents_.segments.size()), 0,
                      fmt::format("the segment is missing, but {} is there", segment_name(number)));
      contents_.segments.push_back({number, 0});
    }
  }

  bool may_be_torn(std::uint64_t number) const {
    return !last_segment_ && number == contents_.segments.back().number;
  }

  Status read_segment(std::uint64_t number) {
    const std::string name = segment_name(number);
    const auto file = read_file(name);
    if (!file) return file.error();
    FileHeader header;
    if (auto wrong = check_header(*file, FileType::Segment, number, header))
      return damage(name, 0, *wrong), Status();
    if (number != 1 && header.previous != contents_.end.checksum)
      return damage(name, 0, "the segment does not follow the one before"), Status();
    contents_.end = {number, sizeof header, header.previous, contents_.end.write};
    segment_ = &contents_.segments[number - contents_.segments.front().number];
    segment_->num_bytes = file->size();
    ends_write_ = true;
    check_mark(contents_.end);
    JournalReader reader(*file, header.previous);
    if (!contents_.damage) read_records(name, reader);
    if (!contents_.damage) check_tail(name, reader, file->size());
    return {};
  }

  void read_records(const std::string& name, JournalReader& reader) {
    group_ = {};
    while (const auto record = reader.next()) {
      ends_write_ = record->header.ends_write != 0;
      last_write_ = record->header.write;
      const JournalPosition end{contents_.end.segment, record->end(), record->header.checksum,
                                record->header.write};
      if (auto wrong = apply(*record, end)) return damage(name, record->offset, *wrong);
      if (segment_ != nullptr) check_mark(end);
      if (contents_.damage) return;
      if (rest_) rest_();
    }
  }

  std::optional<std::string> apply(const JournalRecord& record, const JournalPosition& end) {
    group_.num_bytes += sizeof record.header + record.payload.size();
    switch (record.header.type) {
      case RecordType::Delta: group_.deltas.push_back(record.payload); return std::nullopt;
      case RecordType::Output: group_.outputs.push_back(record.payload); return std::nullopt;
      case RecordType::Plan: plan(record); break;
      case RecordType::Commit:
        if (!contents_.epochs.empty() && record.header.epoch <= contents_.epochs.back().epoch)
          return fmt::format("epoch {} is committed after epoch {}", number(record.header.epoch),
                             number(contents_.epochs.back().epoch));
        commit(record, end);
        break;
      case RecordType::Start:
        if (!start(record)) return "the record of a start cannot be read";
        break;
      default:
        return fmt::format("unknown type of record: {}", static_cast<int>(record.header.type));
    }
    contents_.end = end;
    group_ = {};
    if (segment_ != nullptr)
      segment_->last_epoch = std::max(segment_->last_epoch, record.header.epoch);
    return std::nullopt;
  }

  void plan(const JournalRecord& record) {
    std::erase_if(contents_.plans, [&](const PlannedEpoch& earlier) {
      return earlier.epoch >= record.header.epoch;
    });
    contents_.plans.push_back({record.header.epoch, record.payload});
  }

  void commit(const JournalRecord& record, const JournalPosition& end) {
    group_.epoch = record.header.epoch;
    group_.end = end;
    group_.commit = record.payload;
    contents_.epochs.push_back(std::move(group_));
    std::erase_if(contents_.plans, [&](const PlannedEpoch& planned) {
      return planned.epoch <= record.header.epoch;
    });
  }

  bool start(const JournalRecord& record) {
    const auto start = decode_start(record.payload);
    if (!start) return false;
    contents_.run = start->run;
    while (!contents_.epochs.empty() && contents_.epochs.back().epoch > start->epoch) {
      contents_.epochs.pop_back();
      contents_.plans.clear();
    }
    return true;
  }

  void check_mark(const JournalPosition& at) {
    const auto& head = contents_.head;
    if (!head || head->segment != at.segment || head->offset != at.offset) return;
    head_was_met_ = true;
    if (head->record_checksum != at.checksum)
      damage(segment_name(at.segment), at.offset,
             fmt::format("the journal was exchanged: HEAD says checksum {}, here is {}",
                         hex(head->record_checksum), hex(at.checksum)));
  }

  /// Decides whether what follows the last whole record can be left by a crash.
  void check_tail(const std::string& name, JournalReader& reader, std::uint64_t file_size) {
    if (contents_.end.offset == file_size) return;
    const std::string reason =
        reader.damage().value_or("the file ends before the epoch is committed");
    if (!may_be_torn(contents_.end.segment)) return damage(name, reader.offset(), reason);
    const auto& head = contents_.head;
    if (head && head->segment == contents_.end.segment && head->offset > contents_.end.offset)
      return damage(name, reader.offset(), reason + "; HEAD says that this was durable");
    const std::uint64_t damaged_write = last_write_ + (ends_write_ ? 1 : 0);
    if (const auto later = reader.find_later(damaged_write))
      return damage(name, reader.offset(),
                    fmt::format("{}; a later write at offset {} proves that this was durable",
                                reason, later->offset));
    contents_.torn_bytes = file_size - contents_.end.offset;
    contents_.torn_reason = reason;
  }

  void check_head() {
    const auto& head = contents_.head;
    if (!head || head_was_met_ || contents_.segments.empty()) return;
    if (head->segment < contents_.segments.front().number) return;
    const std::string name = segment_name(head->segment);
    if (head->segment > contents_.segments.back().number)
      return damage(name, 0, "the segment is missing: HEAD says that it was there");
    damage(name, head->offset,
           fmt::format("the journal was cut or exchanged: HEAD says that it was durable up to here "
                       "(epoch {})",
                       number(head->epoch)));
  }

  FileSystem& files_;
  const std::string& location_;
  const std::string& query_id_;
  const std::optional<std::uint64_t> last_segment_;
  const std::function<void()> rest_;
  JournalContents contents_;
  JournalSegment* segment_ = nullptr;  // being read; null: the base image
  CommittedEpoch group_;               // records since the last commit
  std::uint64_t last_write_ = 0;
  bool ends_write_ = true;
  bool head_was_met_ = false;
};

}  // namespace

Result<JournalContents> read_journal(FileSystem& files, const std::string& location,
                                     const std::string& query_id,
                                     std::optional<std::uint64_t> last_segment,
                                     std::function<void()> rest) {
  JournalScan scan(files, location, query_id, last_segment, std::move(rest));
  if (Status read = scan.run(); !read) return read.error();
  return scan.take();
}

Error to_error(const JournalDamage& damage) {
  return make_error(ErrorKind::BadData,
                    fmt::format("file '{}' is damaged at offset {}: {}", damage.file, damage.offset,
                                damage.reason),
                    "`millrace checkpoint repair LOCATION` says what can be saved");
}

Error in_location(const std::string& location, Error error) {
  constexpr std::string_view kPlace = "LOCATION";
  error.message = fmt::format("checkpoint '{}': {}", location, error.message);
  if (const auto at = error.fix.find(kPlace); at != std::string::npos)
    error.fix.replace(at, kPlace.size(), location);
  return error;
}

}  // namespace millrace
