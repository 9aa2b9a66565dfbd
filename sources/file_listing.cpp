#include "sources/file_listing.hpp"

#include "sources/manifest_listing.hpp"

#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace millrace {

namespace {

class Lister {
 public:
  Lister(const FileSelection& selection, const std::function<void(const std::string&)>& on_folder)
      : selection_(selection), on_folder_(on_folder) {}

  /// A file, or a folder with its files. `is_root`: named by the path itself.
  Status add(const std::string& path, bool is_root) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return errno == ENOENT ? Status() : failed(path);
    if (S_ISDIR(about.st_mode))
      return is_root || selection_.recursive ? add_folder(path) : Status();
    const std::string name = path.substr(path.rfind('/') + 1);
    if (!S_ISREG(about.st_mode) || is_hidden_name(name)) return {};
    if (!selection_.name_filter.empty() && !matches_name(selection_.name_filter, name)) return {};
    const auto modified = about.st_mtim;
    files.push_back({path, modified.tv_sec * 1000 + modified.tv_nsec / 1'000'000, about.st_size});
    return {};
  }

  /// A file that a manifest lists.
  void add_listed(FoundFile file) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (selection_.name_filter.empty() || matches_name(selection_.name_filter, name))
      files.push_back(std::move(file));
  }

  std::vector<FoundFile> files;

 private:
  static Error failed(const std::string& path) {
    return make_error(ErrorKind::InputMissing,
                      "file source: cannot read '" + path + "': " + std::strerror(errno));
  }

  Status add_folder(const std::string& path) {
    on_folder_(path);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (!folder) return errno == ENOENT ? Status() : failed(path);
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string name = entry->d_name;
      if (is_hidden_name(name)) continue;
      Status added = add(path.ends_with('/') ? path + name : path + "/" + name, false);
      if (!added.ok()) return added;
    }
    return {};
  }

  const FileSelection& selection_;
  const std::function<void(const std::string&)>& on_folder_;
};

/// The folder above the first component that has glob characters.
std::string fixed_front(const std::string& pattern) {
  const std::size_t slash = pattern.rfind('/', pattern.find_first_of("*?[{"));
  return slash == 0 || slash == std::string::npos ? "/" : pattern.substr(0, slash);
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_BRACE, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

Status add_path(Lister& lister, const std::string& path,
                const std::function<void(const std::string&)>& on_folder) {
  if (is_glob(path)) {
    on_folder(fixed_front(path));
    for (const std::string& matched : expand_glob(path)) {
      Status added = lister.add(matched, true);
      if (!added.ok()) return added;
    }
    return {};
  }
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 && errno == ENOENT)
    return make_error(ErrorKind::InputMissing, "Path does not exist: " + path,
                      "make the folder first, or correct the path");
  auto by_manifest = list_by_manifest(path);
  if (!by_manifest.ok()) return by_manifest.error();
  if (!*by_manifest) return lister.add(path, true);
  on_folder(path);
  on_folder(manifest_folder(path));
  for (FoundFile& file : **by_manifest) lister.add_listed(std::move(file));
  return {};
}

}  // namespace

bool is_glob(const std::string& path) { return path.find_first_of("*?[{") != std::string::npos; }

bool is_hidden_name(const std::string& name) {
  if (name.starts_with('.') || name.ends_with("._COPYING_")) return true;
  return name.starts_with('_') && name.find('=') == std::string::npos;
}

bool matches_name(const std::string& pattern, const std::string& name) {
  const std::size_t open = pattern.find('{');
  const std::size_t close = pattern.find('}', open);
  if (open == std::string::npos || close == std::string::npos)
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(pattern.find(',', begin), close);
    const std::string one =
        pattern.substr(0, open) + pattern.substr(begin, end - begin) + pattern.substr(close + 1);
    if (matches_name(one, name)) return true;
    begin = end + 1;
  }
  return false;
}

Result<std::vector<FoundFile>> list_files(
    const FileSelection& selection, const std::function<void(const std::string&)>& on_folder) {
  Lister lister(selection, on_folder);
  for (const std::string& path : selection.paths) {
    Status added = add_path(lister, path, on_folder);
    if (!added.ok()) return added.error();
  }
  return std::move(lister.files);
}

}  // namespace millrace
