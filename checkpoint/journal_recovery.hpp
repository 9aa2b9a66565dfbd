#pragma once

#include "checkpoint/base_image_manifest.hpp"
#include "checkpoint/checkpoint_store.hpp"
#include "checkpoint/head.hpp"
#include "checkpoint/journal_reader.hpp"
#include "checkpoint/journal_writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// An epoch whose commit record is whole, with payloads of what it brought. Views into the files.
struct CommittedEpoch {
  Epoch epoch{};
  /// Right after its commit record; segment 0: it is the base image.
  JournalPosition end;
  std::string_view commit;
  std::vector<std::string_view> deltas;
  std::vector<std::string_view> outputs;
  std::uint64_t num_bytes = 0;
};

/// An epoch with a plan record. A view into the file.
struct PlannedEpoch {
  Epoch epoch{};
  std::string_view plan;
};

/// A file of the journal as it was found.
struct JournalSegment {
  std::uint64_t number = 0;
  std::uint64_t num_bytes = 0;
  /// The highest epoch planned or committed in it; -1: none.
  Epoch last_epoch{-1};
};

/// Something that cannot be explained by a crash.
struct JournalDamage {
  std::string file;  // relative to the location
  std::uint64_t offset = 0;
  std::string reason;
};

/// Everything readable in a location. `damage` is set: the rest cannot be trusted, what is here
/// lies before it.
struct JournalContents {
  std::vector<std::unique_ptr<FileBytes>> files;
  std::optional<BaseManifest> base;
  std::vector<JournalSegment> segments;
  std::vector<CommittedEpoch> epochs;  // the base image first
  std::vector<PlannedEpoch> plans;     // of epochs that are not committed
  JournalPosition end;
  std::optional<HeadMark> head;
  bool head_is_damaged = false;
  /// Bytes after `end` in the last segment that no sync ever covered, and why they are not whole.
  std::uint64_t torn_bytes = 0;
  std::string torn_reason;
  std::uint64_t run = 0;  // number of the last start
  std::optional<JournalDamage> damage;

  bool is_empty() const { return epochs.empty() && plans.empty(); }
};

/// Reads and checks base image, segments and HEAD. Errors of the file system come back as errors.
/// With `last_segment`: only up to that one, which nobody writes any more. `rest` is called after each record.
Result<JournalContents> read_journal(FileSystem& files, const std::string& location,
                                     const std::string& query_id,
                                     std::optional<std::uint64_t> last_segment = {},
                                     std::function<void()> rest = {});
Error to_error(const JournalDamage& damage);
/// The error says which location it is about, and so does its way out, which may have the word LOCATION.
Error in_location(const std::string& location, Error error);

/// The state of one node: changes of its tables, oldest first, and numbers of each subtask.
struct CollectedState {
  std::vector<RecoveredState::Table> tables;
  std::map<std::pair<int, std::string>, FrozenState::Number> numbers;
  /// Which start of the job the numbers are of.
  std::uint64_t run = 0;
};

// Views stay good while `contents` lives. Error: a payload that cannot be.

Result<std::map<std::string, CollectedState>> collect_state(const JournalContents& contents);
/// State and sinks after the last of `epochs`.
Result<RecoveredCheckpoint> build_checkpoint(const JournalContents& contents);

}  // namespace millrace
