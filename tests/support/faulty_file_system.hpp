#pragma once

#include "checkpoint/file_system.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace millrace::test {

enum class Fault { Error, StorageFull, ShortWrite, Crash };

/// A file system in memory that keeps what a disk may keep. `crash` loses bytes that were not
/// synced, in sectors of 512 bytes and in any mixture, and names whose folder was not synced.
/// Faults strike at a chosen call; everything follows from the seed. Safe from any thread.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(std::uint64_t seed = 1) : random_(seed) {}

  Result<std::unique_ptr<WritableFile>> open_for_write(const std::string& path,
                                                       bool create) override;
  Result<std::unique_ptr<FileBytes>> read(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  bool exists(const std::string& path) override;
  Status make_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_folder(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  /// The `call`-th call from now that changes something (0: the next one) fails. Error: every sync
  /// after it too. StorageFull, ShortWrite: the first from there on that needs room. Crash: this
  /// one may be done in part, all later ones do nothing.
  void fail_at(std::uint64_t call, Fault fault);
  /// Each write fails with a full disk from now on, until told otherwise.
  void set_full(bool is_full);
  /// From now on no sync can be begun.
  void fail_begun_syncs();
  /// The machine stops and starts again: what was not durable may be lost. No file may be open.
  void crash();
  /// The process dies and starts again on a machine that goes on: nothing is lost, faults are over.
  void restart();

  /// Calls so far that change something.
  std::uint64_t num_calls() const;
  std::uint64_t num_syncs() const;
  /// Bytes of all files, and bytes that were ever written.
  std::uint64_t bytes_stored() const;
  std::uint64_t bytes_written() const;

  // For tests that damage files.
  std::vector<std::string> paths() const;
  std::string content(const std::string& path) const;
  void set_content(const std::string& path, std::string content);
  void erase(const std::string& path);
  /// Reading it fails from now on.
  void make_unreadable(const std::string& path);

 private:
  struct File {
    struct Write {
      std::uint64_t offset;
      std::string bytes;
    };
    std::string now;
    std::string durable;
    std::vector<Write> unsynced;  // a truncation has no bytes
    bool is_folder = false;
  };
  using FilePointer = std::shared_ptr<File>;
  class Handle;
  class Lock;

  /// Counts the call; an error when it is to fail.
  Status step(const std::string& path, bool needs_room = false);
  Status write(const FilePointer& file, const std::string& path, std::uint64_t offset,
               std::string_view bytes);
  Status begin_sync(const std::string& path);
  Status sync(const FilePointer& file, const std::string& path);
  Status truncate(const FilePointer& file, const std::string& path, std::uint64_t size);
  void lose_writes(File& file);
  static std::string folder_of(const std::string& path);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::map<std::string, FilePointer> names_;
  std::map<std::string, FilePointer> durable_names_;
  std::set<std::string> locked_;
  std::set<std::string> unreadable_;
  std::uint64_t calls_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t fault_call_ = UINT64_MAX;
  Fault fault_{};
  bool is_dead_ = false;
  bool syncs_fail_ = false;
  bool begun_syncs_fail_ = false;
  bool is_full_ = false;
};

}  // namespace millrace::test
