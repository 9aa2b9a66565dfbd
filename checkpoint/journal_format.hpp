#pragma once

#include "records/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

// How journal segments and base images lie on disk: a FileHeader, then records, each a RecordHeader
// and its payload. Everything is little-endian and a multiple of 8 bytes, so that changes are read
// in place.

/// Version of everything in a checkpoint location.
inline constexpr std::uint32_t kFormatVersion = 1;

enum class FileType : std::uint32_t { Segment = 1, BaseImage = 2 };
enum class RecordType : std::uint16_t { Plan = 1, Delta = 2, Output = 3, Commit = 4, Start = 5 };

/// Begins a file. `previous` is the checksum of the record that went before it, in the segment
/// before.
struct FileHeader {
  char magic[8] = {'M', 'I', 'L', 'L', 'R', 'A', 'C', 'E'};
  std::uint32_t version = kFormatVersion;
  FileType type = FileType::Segment;
  char query_id[40] = {};
  /// Segment: its number. Base image: number of the first segment that is not part of it.
  std::uint64_t sequence = 0;
  std::uint64_t previous = 0;
  /// XXH3 of everything before.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(FileHeader) == 80);

/// Begins a record. Each names the checksum of the one before: a record proves all that lies before
/// it.
struct RecordHeader {
  std::uint32_t magic = kMagic;
  RecordType type{};
  /// 1 in the last record of one write. What a later write says was written after this one was
  /// durable.
  std::uint16_t ends_write = 0;
  std::uint64_t num_bytes = 0;  // of the payload
  Epoch epoch{};
  /// Counts writes; the same for records that were written and synced together.
  std::uint64_t write = 0;
  std::uint64_t previous = 0;
  /// XXH3 of everything before and the payload.
  std::uint64_t checksum = 0;

  static constexpr std::uint32_t kMagic = 0x4345524d;  // "MREC"
};
static_assert(sizeof(RecordHeader) == 48);

constexpr std::uint64_t padded_to_8(std::uint64_t size) { return (size + 7) / 8 * 8; }

FileHeader make_file_header(FileType type, std::string_view query_id, std::uint64_t sequence,
                            std::uint64_t previous);
/// What is wrong with the header of a file, or none. `header` is set as far as it goes.
std::optional<std::string> check_file_header(std::string_view file, FileType type,
                                             FileHeader& header);
std::string query_id_of(const FileHeader& header);

/// The bytes that a checksum covers before the payload.
template <class Header>
std::string_view checked_bytes(const Header& header) {
  return {reinterpret_cast<const char*>(&header), sizeof header - sizeof header.checksum};
}
template <class Header>
std::string_view bytes_of(const Header& header) {
  return {reinterpret_cast<const char*>(&header), sizeof header};
}

}  // namespace millrace
