#pragma once

#include "checkpoint/checkpoint_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <cstring>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

using KeysAndValues = std::map<std::string, std::string>;

/// One change as a state table logs it.
inline std::string encoded_change(ChangeKind kind, std::string_view key, std::string_view bytes,
                                  std::uint32_t part = 0) {
  const std::uint32_t head[] = {
      static_cast<std::uint32_t>(key.size()) | static_cast<std::uint32_t>(kind) << 28,
      static_cast<std::uint32_t>(bytes.size()) | part << 28};
  std::string record(reinterpret_cast<const char*>(head), sizeof head);
  record.append(key).append(bytes);
  record.resize((record.size() + 7) / 8 * 8);
  return record;
}

/// Changes of a table `t` in one piece of memory.
inline FrozenState frozen(const std::string& changes) {
  static const auto origin = std::make_shared<ChangeLog>();
  FrozenState state;
  FrozenChanges frozen_changes;
  ChangePiece piece;
  piece.capacity = piece.size = static_cast<std::uint32_t>(changes.size());
  piece.memory = std::make_unique<std::byte[]>(changes.size());
  std::memcpy(piece.memory.get(), changes.data(), changes.size());
  frozen_changes.pieces.push_back(std::move(piece));
  state.tables.push_back({"t", 8, std::move(frozen_changes), origin});
  return state;
}
inline FrozenState puts(const KeysAndValues& values) {
  std::string changes;
  for (const auto& [key, value] : values)
    changes += value.empty() ? encoded_change(ChangeKind::Remove, key, "")
                             : encoded_change(ChangeKind::Put, key, value);
  return frozen(changes);
}

/// What loading the table `t` of a node gives, where all values are fixed.
inline KeysAndValues loaded(const RecoveredCheckpoint& checkpoint, const std::string& node) {
  KeysAndValues values;
  const auto found = checkpoint.state.find(node);
  if (found == checkpoint.state.end()) return values;
  for (const RecoveredState::Table& table : found->second.tables) {
    for (const std::string_view encoded : table.encoded) {
      ChangeReader reader(encoded);
      while (const auto change = reader.next()) {
        if (change->kind == ChangeKind::Remove)
          values.erase(std::string(change->key));
        else
          values[std::string(change->key)] = change->bytes;
      }
      REQUIRE_FALSE(reader.is_damaged());
    }
  }
  return values;
}

/// One location in a file system in memory; the store does its work when `commit` and so on are
/// called.
struct StoreRig {
  FaultyFileSystem files;
  CheckpointOptions options;
  std::unique_ptr<CheckpointStore> store;

  explicit StoreRig(std::uint64_t seed = 1) : files(seed) {
    options.location = "/job";
    options.fingerprint.nodes["count"] = "key: STRING";
  }

  Status try_open() {
    store.reset();
    auto opened = CheckpointStore::open(files, options, true);
    if (!opened) return opened.error();
    store = std::move(*opened);
    return {};
  }
  void open() {
    const Status opened = try_open();
    INFO((opened ? std::string() : opened.error().message));
    REQUIRE(opened);
  }
  void restart() { open(); }
  void crash() {
    store.reset();
    files.crash();
    open();
  }
  /// The message of the failure to open, with its fix and notes.
  std::string open_error() {
    const Status opened = try_open();
    if (opened) return "no error";
    std::string text = opened.error().message;
    for (const std::string& note : opened.error().notes) text += "\n" + note;
    return text;
  }

  static CommitRecord commit_record(std::int64_t epoch) {
    CommitRecord record;
    record.epoch = Epoch{epoch};
    record.offsets[{"source", 0}] = std::to_string(epoch * 10);
    return record;
  }
  std::optional<Status> try_commit(CommitRecord record) {
    std::optional<Status> answer;
    store->commit(std::move(record), [&](Status status) { answer = std::move(status); });
    store->run_pending();
    return answer;
  }
  void commit(std::int64_t epoch, const KeysAndValues& changes) {
    store->add_delta(Epoch{epoch}, {"count", 0}, puts(changes));
    const auto answer = try_commit(commit_record(epoch));
    REQUIRE(answer);
    REQUIRE(*answer);
  }
  std::optional<Status> plan(std::int64_t epoch) {
    PlanRecord record;
    record.epoch = Epoch{epoch};
    record.ends[{"source", 0}] = std::to_string(epoch * 10);
    std::optional<Status> answer;
    store->write_plan(record, [&](Status status) { answer = std::move(status); });
    store->run_pending();
    return answer;
  }
  std::int64_t last_epoch() const {
    const RecoveredCheckpoint* found = store->recovered();
    return found != nullptr && found->last ? number(found->last->epoch) : -1;
  }
  KeysAndValues state() const {
    const RecoveredCheckpoint* found = store->recovered();
    return found == nullptr ? KeysAndValues() : loaded(*found, "count");
  }
};

}  // namespace millrace::test
