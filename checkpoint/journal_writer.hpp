#pragma once

#include "checkpoint/file_system.hpp"
#include "checkpoint/journal_format.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A point in the journal right after a record (or a file header).
struct JournalPosition {
  std::uint64_t segment = 1;
  std::uint64_t offset = sizeof(FileHeader);
  /// Of the last record before.
  std::uint64_t checksum = 0;
  /// Number of the last write.
  std::uint64_t write = 0;
  bool operator==(const JournalPosition&) const = default;
};

/// A record to be written: `head`, then `pieces`; together a multiple of 8 bytes.
struct PendingRecord {
  RecordType type{};
  Epoch epoch{};
  std::string head;
  std::vector<std::string_view> pieces;
};

/// The header of a record that follows `at`, in write `at.write`.
RecordHeader make_record_header(const PendingRecord& record, const JournalPosition& at,
                                bool ends_write);

/// `journal/00000000000000000042.log`
std::string segment_name(std::uint64_t number);

/// Appends to the last segment of a journal. After an error of `append` nothing was appended and it
/// may be tried again; after an error of `sync` the writer is of no more use. Not thread-safe.
class JournalWriter {
 public:
  /// Begins segment `at.segment` anew: published under its name when this returns.
  static Result<std::unique_ptr<JournalWriter>> begin_segment(FileSystem& files,
                                                              const std::string& location,
                                                              const std::string& query_id,
                                                              JournalPosition at);
  /// Goes on in a segment that is there.
  static Result<std::unique_ptr<JournalWriter>> resume(FileSystem& files,
                                                       const std::string& location,
                                                       const std::string& query_id,
                                                       JournalPosition at);

  /// Writes all records by one call.
  Status append(std::span<const PendingRecord> records);
  Status begin_sync() { return file_->begin_sync(); }
  Status sync() { return file_->sync(); }
  /// Cuts what lies behind the last record.
  Status cut_tail() { return file_->truncate(position_.offset); }
  /// Writes the bytes of `segment` from `offset` to the last record once more, as they are.
  Status rewrite(std::string_view segment, std::uint64_t offset) {
    const std::string_view bytes = segment.substr(offset, position_.offset - offset);
    return file_->write_at(offset, {&bytes, 1});
  }
  const JournalPosition& position() const { return position_; }
  const std::string& query_id() const { return query_id_; }

 private:
  JournalWriter(std::string query_id, std::unique_ptr<WritableFile> file, JournalPosition at)
      : query_id_(std::move(query_id)), file_(std::move(file)), position_(at) {}

  const std::string query_id_;
  std::unique_ptr<WritableFile> file_;
  JournalPosition position_;
  // Of the write under way.
  std::vector<RecordHeader> headers_;
  std::vector<std::string_view> pieces_;
};

}  // namespace millrace
