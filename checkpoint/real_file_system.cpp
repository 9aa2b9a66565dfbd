#include "checkpoint/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace millrace {
namespace {

constexpr std::size_t kMostPieces = 1024;  // IOV_MAX of Linux

ErrorKind kind_of(int code) {
  switch (code) {
    case ENOENT: return ErrorKind::InputMissing;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR:
    case EEXIST: return ErrorKind::CannotCreate;
    case ENOSPC:
    case EDQUOT: return ErrorKind::Temporary;
    default: return ErrorKind::Io;
  }
}

std::string fix_of(int code) {
  switch (code) {
    case EACCES:
    case EPERM: return "give the user that runs Millrace the right to read and write there";
    case EROFS: return "choose a location on a disk that can be written";
    case ENOSPC:
    case EDQUOT: return "make room on the disk";
    case ENOTDIR:
    case EEXIST: return "choose a location that is a folder";
    default: return {};
  }
}

Error system_error(const char* what, const std::string& path, int code = errno) {
  Error error = make_error(
      kind_of(code),
      std::string("cannot ") + what + ": '" + path + "': " + std::generic_category().message(code),
      fix_of(code));
  if (code == ENOSPC || code == EDQUOT) error.error_class = kStorageFull;
  return error;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

/// Drops the first `count` bytes of the list.
std::span<iovec> skip(std::span<iovec> list, std::size_t count) {
  while (!list.empty() && count >= list.front().iov_len) {
    count -= list.front().iov_len;
    list = list.subspan(1);
  }
  if (count != 0) {
    list.front().iov_base = static_cast<char*>(list.front().iov_base) + count;
    list.front().iov_len -= count;
  }
  return list;
}

class RealFile final : public WritableFile {
 public:
  RealFile(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}

  Status write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    list_.clear();
    for (const std::string_view piece : pieces)
      if (!piece.empty()) list_.push_back({const_cast<char*>(piece.data()), piece.size()});
    std::span<iovec> rest(list_);
    while (!rest.empty()) {
      const int count = static_cast<int>(std::min(rest.size(), kMostPieces));
      const ssize_t written =
          ::pwritev(file_.number(), rest.data(), count, static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return system_error("write", path_);
      if (written == 0) return system_error("write", path_, ENOSPC);
      offset += static_cast<std::uint64_t>(written);
      rest = skip(rest, static_cast<std::size_t>(written));
    }
    return {};
  }

  Status begin_sync() override {
    const bool begun = ::sync_file_range(file_.number(), 0, 0, SYNC_FILE_RANGE_WRITE) == 0;
    // Where the file system, or who watches over our calls, does not know it, `sync` does everything.
    if (!begun && (errno == EIO || errno == ENOSPC || errno == EDQUOT))
      return system_error("sync", path_);
    return {};
  }

  Status sync() override {
    if (::fdatasync(file_.number()) != 0) return system_error("sync", path_);
    return {};
  }

  Status truncate(std::uint64_t size) override {
    if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0)
      return system_error("truncate", path_);
    return {};
  }

 private:
  std::string path_;
  Descriptor file_;
  std::vector<iovec> list_;
};

class MappedBytes final : public FileBytes {
 public:
  MappedBytes(void* memory, std::size_t size) : memory_(memory), size_(size) {}
  ~MappedBytes() override {
    if (size_ != 0) ::munmap(memory_, size_);
  }
  std::string_view view() const override { return {static_cast<const char*>(memory_), size_}; }

 private:
  void* memory_;
  std::size_t size_;
};

class RealLock final : public FileLock {
 public:
  explicit RealLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

std::string pid_in(int file) {
  char text[32] = {};
  const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
  std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }),
            pid.end());
  return pid.empty() ? "unknown" : pid;
}

class RealFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> open_for_write(const std::string& path,
                                                       bool create) override {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0644));
    if (!file.is_open()) return system_error("open for writing", path);
    return std::unique_ptr<WritableFile>(std::make_unique<RealFile>(path, std::move(file)));
  }

  Result<std::unique_ptr<FileBytes>> read(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return read_error(path);
    struct stat about {};
    if (::fstat(file.number(), &about) != 0) return read_error(path);
    if (!S_ISREG(about.st_mode))
      return make_error(ErrorKind::BadData, "cannot read: '" + path + "': not a file");
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size == 0) return std::unique_ptr<FileBytes>(std::make_unique<MappedBytes>(nullptr, 0));
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.number(), 0);
    if (memory == MAP_FAILED) return read_error(path);
    return std::unique_ptr<FileBytes>(std::make_unique<MappedBytes>(memory, size));
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    std::error_code code;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(folder, code);
    for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code))
      names.push_back(entry->path().filename().string());
    if (code) return system_error("list", folder, code.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  bool exists(const std::string& path) override {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0;
  }

  Status make_folder(const std::string& path) override {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) return system_error("make folder", path, code.value());
    if (!std::filesystem::is_directory(path, code))
      return system_error("make folder", path, ENOTDIR);
    return {};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from);
    return {};
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return system_error("remove", path);
    return {};
  }

  Status sync_folder(const std::string& path) override {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open()) return system_error("open folder", path);
    if (::fsync(folder.number()) != 0) return system_error("sync folder", path);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file.is_open()) return system_error("open for writing", path);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return system_error("lock", path);
      return make_error(ErrorKind::Temporary,
                        "'" + path + "' is locked by process " + pid_in(file.number()),
                        "stop that process first, or choose another checkpointLocation");
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.number(), 0) != 0 ||
        ::pwrite(file.number(), pid.data(), pid.size(), 0) < 0)
      if (errno != ENOSPC) return system_error("write", path);
    return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(file)));
  }

 private:
  static Error read_error(const std::string& path) {
    const int code = errno;
    Error error = system_error("read", path, code);
    if (code == EACCES || code == EPERM) error.kind = ErrorKind::Io;
    return error;
  }
};

}  // namespace

FileSystem& real_file_system() {
  static RealFileSystem files;
  return files;
}

}  // namespace millrace
