#pragma once

#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/head.hpp"
#include "checkpoint/journal_recovery.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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
  /// Starts to make durable what was appended; `sync` ends it.
  Status begin_sync() { return writer_->begin_sync(); }
  Status sync() { return writer_->sync(); }
  /// `last_commit` for HEAD.
  Status mark(Epoch last_commit);
  /// Every sink has shown this epoch; the next mark says so.
  void set_confirmed(Epoch confirmed) { confirmed_ = std::max(confirmed_, confirmed); }

  /// The last segment of the base image that is to be built now, if one is due: its epochs are out
  /// of reach of `retention`. Says so once.
  std::optional<std::uint64_t> take_due_base();
  void on_base_built(const BaseManifest& base);
  /// Waits for the journal to grow before the next try.
  void on_base_failed();
  /// Twice as much journal as there should be waits for a base image.
  bool is_base_late() const { return bytes_since_base() > 2 * base_limit(); }

  std::uint64_t run() const { return run_; }
  const JournalPosition& position() const { return writer_->position(); }

 private:
  StoreJournal(FileSystem& files, const CheckpointOptions& options)
      : files_(files), options_(options), location_(options.location) {}
  void count_segments(const JournalContents& contents);
  std::uint64_t bytes_since_base() const { return closed_bytes_ + position().offset; }
  std::uint64_t base_limit() const;
  Status start_writing(const std::string& query_id, const JournalContents& contents);
  Status mend_tail(const JournalContents& contents);
  Status write_start(Epoch last);
  Status rotate();

  FileSystem& files_;
  const CheckpointOptions options_;
  const std::string location_;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<Head> head_;
  std::uint64_t run_ = 0;
  // An append failed: there may be bytes behind the last record.
  bool tail_is_dirty_ = false;
  Epoch last_commit_{-1};
  Epoch confirmed_{-1};

  // Segments before the last that no base image contains.
  std::vector<JournalSegment> closed_;
  std::uint64_t closed_bytes_ = 0;
  // The highest epoch planned or committed in the last segment.
  Epoch newest_{-1};
  std::uint64_t base_bytes_ = 0;
  // Of the last image: the next one must hold more, since its name is its epoch.
  Epoch base_epoch_{-1};
  std::uint64_t retry_bytes_ = 0;
  // A base image of everything up to segment `wanted_` is to be built or is being built.
  JournalSegment wanted_;
  enum class BaseWork { None, Waiting, UnderWay } base_work_ = BaseWork::None;
};

}  // namespace millrace
