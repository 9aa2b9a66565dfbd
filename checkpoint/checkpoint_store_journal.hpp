#pragma once

#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/head.hpp"
#include "checkpoint/journal_recovery.hpp"

#include <memory>
#include <span>
#include <string>

namespace millrace {

/// The writing end of a store: journal and HEAD. Used by one thread at a time.
class StoreJournal {
 public:
  /// Goes on where `contents` ends (a new location: begins): cuts a torn tail, writes what HEAD
  /// does not prove once more, and makes a start record durable.
  static Result<std::unique_ptr<StoreJournal>> open(FileSystem& files,
                                                    const CheckpointOptions& options,
                                                    const std::string& query_id,
                                                    const JournalContents& contents, Epoch last);

  /// Begins a new segment when the last one is large. An error that says the disk is full leaves
  /// all as it was.
  Status append(std::span<const PendingRecord> records);
  /// Makes what was appended durable; `last_commit` for HEAD.
  Status sync();
  Status mark(Epoch last_commit);

  std::uint64_t run() const { return run_; }
  const JournalPosition& position() const { return writer_->position(); }

 private:
  StoreJournal(FileSystem& files, const CheckpointOptions& options)
      : files_(files), location_(options.location), segment_bytes_(options.segment_bytes) {}
  Status start_writing(const std::string& query_id, const JournalContents& contents);
  Status mend_tail(const JournalContents& contents);
  Status write_start(Epoch last);
  Status rotate();

  FileSystem& files_;
  const std::string location_;
  const std::uint64_t segment_bytes_;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<Head> head_;
  std::uint64_t run_ = 0;
  // An append failed: there may be bytes behind the last record.
  bool tail_is_dirty_ = false;
  Epoch last_commit_{-1};
};

}  // namespace millrace
