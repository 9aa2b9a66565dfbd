#include "checkpoint/base_image_merge.hpp"

#include "checkpoint/key_groups.hpp"
#include "records/key_encoding.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {
namespace {

constexpr std::uint32_t kKindShift = 28;
constexpr std::size_t kHeadBytes = 8;  // before the key of a change

void append_record(std::string& out, ChangeKind kind, std::uint8_t part, std::string_view key,
                   std::string_view bytes) {
  const std::uint32_t head[] = {
      static_cast<std::uint32_t>(key.size()) | static_cast<std::uint32_t>(kind) << kKindShift,
      static_cast<std::uint32_t>(bytes.size()) | std::uint32_t{part} << kKindShift};
  out.append(reinterpret_cast<const char*>(head), sizeof head);
  out.append(key).append(bytes);
  out.resize((out.size() + 7) / 8 * 8);
}

}  // namespace

std::vector<std::vector<std::string_view>> split_by_key_group(
    const std::vector<std::string_view>& encoded, const std::function<void()>& rest) {
  std::vector<std::vector<std::string_view>> groups(kKeyGroups);
  for (const std::string_view changes : encoded) {
    ChangeReader reader(changes);
    while (const auto change = reader.next()) {
      const auto begin = static_cast<std::size_t>(change->key.data() - changes.data()) - kHeadBytes;
      groups[key_group_of(KeyEncoder::hash_of(change->key))].push_back(changes.substr(begin));
      if (rest) rest();
    }
  }
  return groups;
}

void BaseImageMerge::apply(const StateChange& change) {
  if (change.kind == ChangeKind::Remove) {
    entries_.erase(change.key);
    return;
  }
  Entry& entry = entries_[change.key];
  if (change.kind == ChangeKind::Put) {
    entry.has_value = true;
    entry.value = change.bytes;
    return;
  }
  Part& part = entry.parts[change.part];
  if (change.kind == ChangeKind::DropFront) {
    std::uint64_t count = 0;
    std::memcpy(&count, change.bytes.data(), std::min(change.bytes.size(), sizeof count));
    part.num_dropped = std::min<std::uint64_t>(part.num_dropped + count, part.bytes.size());
    return;
  }
  if (change.kind == ChangeKind::Replace) part = {};
  part.bytes += change.bytes;
}

std::string BaseImageMerge::encode(const std::function<void()>& rest) const {
  std::string out;
  for (const auto& [key, entry] : entries_) {
    if (entry.has_value) append_record(out, ChangeKind::Put, 0, key, entry.value);
    for (const auto& [number, part] : entry.parts)
      append_record(out, ChangeKind::Replace, number, key,
                    std::string_view(part.bytes).substr(part.num_dropped));
    if (rest) rest();
  }
  return out;
}

}  // namespace millrace
