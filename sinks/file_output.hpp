#pragma once

#include "records/tcp.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// One file being written: under a hidden name until it is whole. Not thread-safe.
class FileOutput {
 public:
  FileOutput() = default;
  FileOutput(FileOutput&&) = default;
  FileOutput& operator=(FileOutput&&) = default;
  /// A file that was never published is removed.
  ~FileOutput();

  /// Makes missing folders and the hidden file `.NAME.tmp` beside the final one.
  Status open(const std::string& final_path);
  Status write(std::string_view bytes);
  /// Syncs the file, gives it its final name and syncs the folder.
  Status publish();
  const std::string& final_path() const { return final_path_; }
  std::int64_t size() const { return size_; }

 private:
  Descriptor fd_;
  std::string final_path_;
  std::string hidden_path_;  // empty: nothing to remove
  std::int64_t size_ = 0;
};

/// fsync of a folder: what was renamed into it stays after a crash.
Status sync_folder(const std::string& folder);

}  // namespace millrace
