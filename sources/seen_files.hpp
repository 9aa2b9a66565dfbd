#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace millrace {

/// One file of the log: which batch took it.
struct FileEntry {
  std::string path;
  std::int64_t modified_ms = 0;
  std::int64_t batch = 0;
  bool operator==(const FileEntry&) const = default;
};

/// The files that were taken, so that none is taken twice. Entries older than the newest file by
/// more than the greatest age are forgotten, and files as old as that are never taken again
/// (Spark's SeenFilesMap). Not thread-safe.
class SeenFiles {
 public:
  /// `by_name`: files of the same name are the same file, whatever folder they are in.
  SeenFiles(std::int64_t max_age_ms, bool by_name) : max_age_ms_(max_age_ms), by_name_(by_name) {}

  void add(const FileEntry& entry);
  bool is_new(const std::string& path, std::int64_t modified_ms) const;
  /// Forgets what is too old by now.
  void purge();
  /// What is remembered, by batch and path.
  std::vector<FileEntry> entries() const;

 private:
  std::string key(const std::string& path) const;

  // Fixed.
  const std::int64_t max_age_ms_;
  const bool by_name_;

  std::unordered_map<std::string, FileEntry> entries_;
  std::int64_t newest_ms_ = 0;
  std::int64_t purged_before_ms_ = 0;
};

}  // namespace millrace
