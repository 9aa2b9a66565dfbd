#pragma once

#include "records/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A file being written. Not thread-safe. Errors carry errno's text and the path; a full disk has
/// the class STORAGE_FULL, so that the caller may wait and try again.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Writes all pieces at `offset`, one after the other.
  virtual Status write_at(std::uint64_t offset, std::span<const std::string_view> pieces) = 0;
  /// Hands what was written to the disk without waiting for it, so that `sync` has less to do. Makes nothing
  /// durable; after an error the file must never be synced.
  virtual Status begin_sync() { return {}; }
  /// fdatasync. After a failure the file must never be synced again: what it holds is unknown.
  virtual Status sync() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
};

/// The bytes of a file, mapped or copied; the view lives as long as this object.
class FileBytes {
 public:
  virtual ~FileBytes() = default;
  virtual std::string_view view() const = 0;
};

/// An exclusive lock on a file, given back when this object goes (or the process dies).
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// What checkpoints ask of a file system: the real one, or one in memory that forgets what was not
/// synced (tests). Paths are plain UTF-8. Safe from any thread.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<WritableFile>> open_for_write(const std::string& path,
                                                               bool create) = 0;
  virtual Result<std::unique_ptr<FileBytes>> read(const std::string& path) = 0;
  /// Names in a folder, sorted, without `.` and `..`.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  virtual bool exists(const std::string& path) = 0;
  virtual Status make_folder(const std::string& path) = 0;  // with parents; fine when it exists
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Makes the names in a folder durable.
  virtual Status sync_folder(const std::string& path) = 0;
  /// Takes a lock without waiting, and writes the process id into the file; an error names the
  /// holder's.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// The class of errors that say there is no room; waiting may help.
inline constexpr std::string_view kStorageFull = "STORAGE_FULL";
inline bool is_storage_full(const Error& error) { return error.error_class == kStorageFull; }

/// The operating system's. Lives for ever.
FileSystem& real_file_system();

}  // namespace millrace
