#include "sources/seen_files.hpp"

#include <algorithm>
#include <tuple>

namespace millrace {

std::string SeenFiles::key(const std::string& path) const {
  return by_name_ ? path.substr(path.rfind('/') + 1) : path;
}

void SeenFiles::add(const FileEntry& entry) {
  entries_[key(entry.path)] = entry;
  newest_ms_ = std::max(newest_ms_, entry.modified_ms);
}

bool SeenFiles::is_new(const std::string& path, std::int64_t modified_ms) const {
  return modified_ms >= purged_before_ms_ && !entries_.contains(key(path));
}

void SeenFiles::purge() {
  if (newest_ms_ - max_age_ms_ <= purged_before_ms_) return;
  purged_before_ms_ = newest_ms_ - max_age_ms_;
  std::erase_if(entries_,
                [this](const auto& item) { return item.second.modified_ms < purged_before_ms_; });
}

std::vector<FileEntry> SeenFiles::entries() const {
  std::vector<FileEntry> all;
  for (const auto& [key, entry] : entries_) all.push_back(entry);
  std::sort(all.begin(), all.end(), [](const FileEntry& a, const FileEntry& b) {
    return std::tie(a.batch, a.path) < std::tie(b.batch, b.path);
  });
  return all;
}

}  // namespace millrace
