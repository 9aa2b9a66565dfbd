#pragma once

#include "checkpoint/journal_checksum.hpp"
#include "checkpoint/journal_format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// A record as it lies in a file; `payload` is a view.
struct JournalRecord {
  RecordHeader header;
  std::uint64_t offset = 0;
  std::string_view payload;
  std::uint64_t end() const { return offset + sizeof header + payload.size(); }
};

/// Reads the records of one file in order and checks each. Stops at the end of the file or at the
/// first record that is not whole. Not thread-safe.
class JournalReader {
 public:
  /// `previous`: checksum of the record before the first one.
  JournalReader(std::string_view file, std::uint64_t previous) : file_(file), previous_(previous) {}

  std::optional<JournalRecord> next();

  /// Where the next record begins: after `next` gave none, the end of what is whole.
  std::uint64_t offset() const { return offset_; }
  /// What is wrong there; none at the end of the file.
  const std::optional<std::string>& damage() const { return damage_; }

  /// The first whole record beyond `offset()` that a write after `write` left, whatever its
  /// neighbours: proof that what lies here once was durable.
  std::optional<JournalRecord> find_later(std::uint64_t write);

 private:
  /// The whole record at an offset, or what is wrong.
  std::optional<std::string> read_at(std::uint64_t offset, JournalRecord& record);

  std::string_view file_;
  std::uint64_t offset_ = sizeof(FileHeader);
  std::uint64_t previous_;
  std::optional<std::string> damage_;
  JournalChecksum checksum_;
};

}  // namespace millrace
