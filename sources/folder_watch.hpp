#pragma once

#include "records/tcp.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace millrace {

/// Notices files that come into folders (inotify). Only a hint: network file systems do not tell,
/// so folders are listed from time to time as well. Not thread-safe.
class FolderWatch {
 public:
  FolderWatch();

  /// Watches a folder, once. Call before reading it, so that nothing slips in between.
  void add(const std::string& folder);
  /// Takes in what happened since the last call; true when a file is complete or a folder came.
  bool take_changes();
  /// True while somebody who created the file has not closed it. Files that were there before count
  /// as complete.
  bool is_being_written(const std::string& path) const { return open_files_.contains(path); }
  /// Readable when something happened; -1 when the system has no watch left.
  int fd() const { return fd_.get(); }

 private:
  Descriptor fd_;
  std::unordered_map<int, std::string> folders_;
  std::unordered_set<std::string> watched_;
  std::unordered_set<std::string> open_files_;
};

}  // namespace millrace
