#pragma once

#include "sources/seen_files.hpp"

#include <functional>
#include <string>
#include <vector>

namespace millrace {

enum class CleanSource { Off, Archive, Delete };

/// Deletes files that were read, or moves them below the archive folder under their whole path.
/// Best effort: what fails is warned about and left.
class FileCleaner {
 public:
  FileCleaner(CleanSource mode, std::string archive_folder)
      : mode_(mode), archive_folder_(std::move(archive_folder)) {}
  void clean(const std::vector<FileEntry>& files,
             const std::function<void(std::string)>& warn) const;
  bool is_on() const { return mode_ != CleanSource::Off; }

 private:
  CleanSource mode_;
  std::string archive_folder_;
};

/// True when files below `archive_folder` could be source files again: its folders match the source
/// pattern's, as far down as both go.
bool archive_matches_source(const std::string& source_pattern, const std::string& archive_folder);

}  // namespace millrace
