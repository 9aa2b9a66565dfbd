#include "checkpoint/journal_format.hpp"

#include "checkpoint/journal_checksum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {

static_assert(std::endian::native == std::endian::little);

FileHeader make_file_header(FileType type, std::string_view query_id, std::uint64_t sequence,
                            std::uint64_t previous) {
  FileHeader header;
  header.type = type;
  std::copy_n(query_id.data(), std::min(query_id.size(), sizeof header.query_id), header.query_id);
  header.sequence = sequence;
  header.previous = previous;
  header.checksum = checksum_of(checked_bytes(header));
  return header;
}

std::optional<std::string> check_file_header(std::string_view file, FileType type,
                                             FileHeader& header) {
  if (file.size() < sizeof header)
    return fmt::format("the file ends within its header: {} bytes", file.size());
  std::memcpy(&header, file.data(), sizeof header);
  const FileHeader expected;
  if (std::memcmp(header.magic, expected.magic, sizeof header.magic) != 0)
    return "this is not a file of a checkpoint";
  if (const std::uint64_t found = checksum_of(checked_bytes(header)); found != header.checksum)
    return fmt::format("header checksum mismatch: expected {}, found {}", hex(header.checksum),
                       hex(found));
  if (header.version != kFormatVersion)
    return fmt::format("format version {}, but this program reads {}", header.version,
                       kFormatVersion);
  if (header.type != type) return "a base image lies where a segment should, or the reverse";
  return std::nullopt;
}

std::string query_id_of(const FileHeader& header) {
  return {header.query_id, strnlen(header.query_id, sizeof header.query_id)};
}

}  // namespace millrace
