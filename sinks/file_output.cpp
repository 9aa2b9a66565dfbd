#include "sinks/file_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace millrace {

namespace {
Error file_error(const char* what, const std::string& path) {
  return make_error(errno == EACCES || errno == ENOENT ? ErrorKind::CannotCreate : ErrorKind::Io,
                    fmt::format("file sink: cannot {} '{}': {}", what, path, std::strerror(errno)));
}
}  // namespace

FileOutput::~FileOutput() {
  if (!hidden_path_.empty()) ::unlink(hidden_path_.c_str());
}

Status FileOutput::open(const std::string& final_path) {
  const std::filesystem::path path(final_path);
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  const std::string hidden =
      (path.parent_path() / ("." + path.filename().string() + ".tmp")).string();
  fd_ = Descriptor(::open(hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd_) return file_error("create", hidden);
  final_path_ = final_path;
  hidden_path_ = hidden;
  return {};
}

Status FileOutput::write(std::string_view bytes) {
  size_ += static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", hidden_path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status FileOutput::publish() {
  if (::fsync(fd_.get()) != 0) return file_error("sync", hidden_path_);
  fd_.reset();
  if (std::rename(hidden_path_.c_str(), final_path_.c_str()) != 0)
    return file_error("rename", final_path_);
  hidden_path_.clear();
  return sync_folder(std::filesystem::path(final_path_).parent_path().string());
}

Status sync_folder(const std::string& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_error("sync folder", folder);
  return {};
}

}  // namespace millrace
