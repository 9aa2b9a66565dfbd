#pragma once

#include "records/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace millrace {

/// A file as it was when it was listed.
struct FoundFile {
  std::string path;  // absolute
  std::int64_t modified_ms = 0;
  std::int64_t size = 0;
};

/// Which files a path stands for.
struct FileSelection {
  std::vector<std::string> paths;  // absolute; each a file, a folder, or a glob
  /// Folders inside folders are read too: option recursiveFileLookup, or partition folders.
  bool recursive = false;
  std::string name_filter;  // option pathGlobFilter: glob on file names; empty: all
};

/// True when the path has characters of a glob: * ? [ {
bool is_glob(const std::string& path);
/// True for names that are never read: `_` or `.` in front (`_key=value` folders are read),
/// `._COPYING_` at the end.
bool is_hidden_name(const std::string& name);
/// Glob with `{a,b}` alternatives, on one name.
bool matches_name(const std::string& pattern, const std::string& name);

/// Lists the files; `on_folder` is told of each folder before it is read. A glob takes what it
/// matches and the files of the folders it matches; a folder with the manifest of a file sink, what
/// that lists. Error: a path that is no glob does not exist.
Result<std::vector<FoundFile>> list_files(const FileSelection& selection,
                                          const std::function<void(const std::string&)>& on_folder);

}  // namespace millrace
