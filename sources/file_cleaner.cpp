#include "sources/file_cleaner.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

namespace millrace {

namespace {

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& part : std::filesystem::path(path).lexically_normal())
    if (!part.empty()) parts.push_back(part.string());
  return parts;
}

std::error_code move_file(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(fs::path(to).parent_path(), error);
  fs::rename(from, to, error);
  if (error != std::errc::cross_device_link) return error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::remove(from, error);
  return error;
}

}  // namespace

void FileCleaner::clean(const std::vector<FileEntry>& files,
                        const std::function<void(std::string)>& warn) const {
  for (const FileEntry& file : files) {
    std::error_code error;
    if (mode_ == CleanSource::Delete)
      std::filesystem::remove(file.path, error);
    else if (mode_ == CleanSource::Archive)
      error = move_file(file.path, archive_folder_ + file.path);
    if (error && error != std::errc::no_such_file_or_directory && warn)
      warn("file source: cannot clean '" + file.path + "': " + error.message());
  }
}

bool archive_matches_source(const std::string& source_pattern, const std::string& archive_folder) {
  const std::vector<std::string> source = components(source_pattern);
  const std::vector<std::string> archive = components(archive_folder);
  const std::size_t depth = std::min(source.size(), archive.size());
  for (std::size_t i = 0; i < depth; ++i)
    if (::fnmatch(source[i].c_str(), archive[i].c_str(), 0) != 0) return false;
  return true;
}

}  // namespace millrace
