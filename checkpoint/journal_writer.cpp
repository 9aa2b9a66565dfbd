#include "checkpoint/journal_writer.hpp"

#include "checkpoint/journal_checksum.hpp"
#include "checkpoint/publish.hpp"

#include <fmt/format.h>

namespace millrace {

RecordHeader make_record_header(const PendingRecord& record, const JournalPosition& at,
                                bool ends_write) {
  RecordHeader header;
  header.type = record.type;
  header.ends_write = ends_write;
  header.num_bytes = record.head.size();
  for (const std::string_view piece : record.pieces) header.num_bytes += piece.size();
  header.epoch = record.epoch;
  header.write = at.write;
  header.previous = at.checksum;
  JournalChecksum checksum;
  checksum.add(checked_bytes(header));
  checksum.add(record.head);
  for (const std::string_view piece : record.pieces) checksum.add(piece);
  header.checksum = checksum.result();
  return header;
}

std::string segment_name(std::uint64_t number) { return fmt::format("journal/{:020}.log", number); }

Result<std::unique_ptr<JournalWriter>> JournalWriter::begin_segment(FileSystem& files,
                                                                    const std::string& location,
                                                                    const std::string& query_id,
                                                                    JournalPosition at) {
  const FileHeader header = make_file_header(FileType::Segment, query_id, at.segment, at.checksum);
  const Status published = publish(files, location, segment_name(at.segment), bytes_of(header));
  if (!published) return published.error();
  at.offset = sizeof header;
  return resume(files, location, query_id, at);
}

Result<std::unique_ptr<JournalWriter>> JournalWriter::resume(FileSystem& files,
                                                             const std::string& location,
                                                             const std::string& query_id,
                                                             JournalPosition at) {
  auto file = files.open_for_write(location + "/" + segment_name(at.segment), false);
  if (!file) return file.error();
  return std::unique_ptr<JournalWriter>(new JournalWriter(query_id, std::move(*file), at));
}

Status JournalWriter::append(std::span<const PendingRecord> records) {
  JournalPosition at = position_;
  ++at.write;
  headers_.clear();
  headers_.reserve(records.size());
  pieces_.clear();
  for (const PendingRecord& record : records) {
    headers_.push_back(make_record_header(record, at, &record == &records.back()));
    at.checksum = headers_.back().checksum;
    at.offset += sizeof(RecordHeader) + headers_.back().num_bytes;
    pieces_.push_back(bytes_of(headers_.back()));
    pieces_.push_back(record.head);
    pieces_.insert(pieces_.end(), record.pieces.begin(), record.pieces.end());
  }
  const Status written = file_->write_at(position_.offset, pieces_);
  if (written) position_ = at;
  return written;
}

}  // namespace millrace
