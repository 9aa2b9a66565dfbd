#include "sources/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace millrace {

namespace {

Error file_error(const char* what, const std::string& path) {
  return make_error(ErrorKind::Io, "source state: " + std::string(what) + ": '" + path +
                                       "': " + std::strerror(errno));
}

Status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return file_error("cannot sync", path);
  return {};
}

Status sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("cannot open folder", folder);
  const int failed = ::fsync(fd);
  ::close(fd);
  if (failed != 0) return file_error("cannot sync folder", folder);
  return {};
}

}  // namespace

Status write_state_file(const std::string& path, std::string_view text) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const std::string temporary = path + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return file_error("cannot create", temporary);
  Status written = write_all(fd, text, temporary);
  ::close(fd);
  if (!written.ok()) return written;
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return file_error("cannot rename", path);
  return sync_folder(folder);
}

Result<std::optional<std::string>> read_state_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (fd < 0) return file_error("cannot open", path);
  std::string text;
  char part[16384];
  ssize_t got = 0;
  while ((got = ::read(fd, part, sizeof part)) > 0)
    text.append(part, static_cast<std::size_t>(got));
  ::close(fd);
  if (got < 0) return file_error("cannot read", path);
  return std::optional<std::string>(std::move(text));
}

}  // namespace millrace
