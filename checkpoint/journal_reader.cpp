#include "checkpoint/journal_reader.hpp"

#include <fmt/format.h>

#include <cstring>

namespace millrace {

std::optional<JournalRecord> JournalReader::next() {
  if (damage_ || offset_ == file_.size()) return std::nullopt;
  JournalRecord record;
  damage_ = read_at(offset_, record);
  if (!damage_ && record.header.previous != previous_)
    damage_ = fmt::format("the record does not follow the one before: it names checksum {}, not {}",
                          hex(record.header.previous), hex(previous_));
  if (damage_) return std::nullopt;
  previous_ = record.header.checksum;
  offset_ = record.end();
  return record;
}

std::optional<std::string> JournalReader::read_at(std::uint64_t offset, JournalRecord& record) {
  const std::uint64_t rest = file_.size() - offset;
  if (rest < sizeof record.header)
    return fmt::format("the file ends within a record header, {} bytes after its beginning", rest);
  std::memcpy(&record.header, file_.data() + offset, sizeof record.header);
  if (record.header.magic != RecordHeader::kMagic) return "no record begins here";
  if (record.header.num_bytes > rest - sizeof record.header)
    return fmt::format("the file ends within a record of {} bytes", record.header.num_bytes);
  record.offset = offset;
  record.payload = file_.substr(offset + sizeof record.header, record.header.num_bytes);
  checksum_.begin();
  checksum_.add(checked_bytes(record.header));
  checksum_.add(record.payload);
  if (const std::uint64_t found = checksum_.result(); found != record.header.checksum)
    return fmt::format("record checksum mismatch: expected {}, found {}",
                       hex(record.header.checksum), hex(found));
  return std::nullopt;
}

std::optional<JournalRecord> JournalReader::find_later(std::uint64_t write) {
  const std::uint32_t magic = RecordHeader::kMagic;
  const std::string_view pattern(reinterpret_cast<const char*>(&magic), sizeof magic);
  for (std::size_t at = file_.find(pattern, offset_ + 1); at != std::string_view::npos;
       at = file_.find(pattern, at + 1)) {
    JournalRecord record;
    if (!read_at(at, record) && record.header.write > write) return record;
  }
  return std::nullopt;
}

}  // namespace millrace
