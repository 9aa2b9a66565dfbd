#include "checkpoint/head.hpp"

#include "checkpoint/journal_checksum.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {
namespace {

std::string path_of(const std::string& location) { return location + "/HEAD"; }

bool is_empty(std::string_view slot) {
  return std::all_of(slot.begin(), slot.end(), [](char c) { return c == 0; });
}

bool is_newer(const HeadMark& mark, const HeadMark& than) {
  return std::pair(mark.write, mark.shown_below) >= std::pair(than.write, than.shown_below);
}

}  // namespace

std::optional<HeadMark> Head::read(FileSystem& files, const std::string& location,
                                   bool& is_damaged) {
  is_damaged = false;
  if (!files.exists(path_of(location))) return std::nullopt;
  const auto file = files.read(path_of(location));
  is_damaged = !file || (*file)->view().size() != 2 * sizeof(HeadMark);
  if (!file) return std::nullopt;
  std::optional<HeadMark> newest;
  for (std::string_view rest = (*file)->view(); rest.size() >= sizeof(HeadMark);
       rest.remove_prefix(sizeof(HeadMark))) {
    HeadMark mark;
    std::memcpy(&mark, rest.data(), sizeof mark);
    const bool is_whole =
        mark.magic == HeadMark().magic && checksum_of(checked_bytes(mark)) == mark.checksum;
    if (is_whole && (!newest || is_newer(mark, *newest))) newest = mark;
    if (!is_whole && !is_empty(rest.substr(0, sizeof mark))) is_damaged = true;
  }
  return newest;
}

Result<std::unique_ptr<Head>> Head::open(FileSystem& files, const std::string& location) {
  auto file = files.open_for_write(path_of(location), true);
  if (!file) return file.error();
  if (Status cut = (*file)->truncate(2 * sizeof(HeadMark)); !cut) return cut.error();
  return std::unique_ptr<Head>(new Head(std::move(*file)));
}

Status Head::write(const JournalPosition& position, Epoch last_commit, Epoch confirmed) {
  HeadMark mark;
  mark.epoch = last_commit;
  mark.segment = position.segment;
  mark.offset = position.offset;
  mark.record_checksum = position.checksum;
  mark.write = position.write;
  mark.shown_below = static_cast<std::uint64_t>(number(confirmed) + 1);
  mark.checksum = checksum_of(checked_bytes(mark));
  const std::string_view bytes = bytes_of(mark);
  return file_->write_at(turn_++ % 2 * sizeof mark, {&bytes, 1});
}

}  // namespace millrace
