#pragma once

#include "checkpoint/file_system.hpp"
#include "checkpoint/journal_writer.hpp"
#include "records/event.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace millrace {

/// How far the journal was durable at some time: a lower bound, by which a journal that was cut or
/// exchanged behind our back is found out.
struct HeadMark {
  std::uint64_t magic = 0x444145484c4c494d;  // "MILLHEAD"
  Epoch epoch{-1};                           // last commit
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t record_checksum = 0;
  std::uint64_t write = 0;
  /// Sinks have shown all epochs below this one; 0: not said.
  std::uint64_t shown_below = 0;
  /// XXH3 of everything before.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(HeadMark) == 64);

/// The file `HEAD`: two marks that are written in turn, without a sync, after the journal was
/// synced. A torn write costs one of them only.
class Head {
 public:
  /// The newer mark; none when there is no file or no whole mark in it. `is_damaged`: there is a
  /// mark that is not whole.
  static std::optional<HeadMark> read(FileSystem& files, const std::string& location,
                                      bool& is_damaged);
  static Result<std::unique_ptr<Head>> open(FileSystem& files, const std::string& location);

  /// `confirmed`: the last epoch that every sink has shown, or -1.
  Status write(const JournalPosition& position, Epoch last_commit, Epoch confirmed);
  Status sync() { return file_->sync(); }

 private:
  explicit Head(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

  std::unique_ptr<WritableFile> file_;
  unsigned turn_ = 0;
};

}  // namespace millrace
