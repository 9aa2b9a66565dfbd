#pragma once

#include "checkpoint/change_log.hpp"
#include "checkpoint/state_map.hpp"
#include "checkpoint/state_table.hpp"
#include "checkpoint/timer_index.hpp"
#include "records/result.hpp"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Where a state goes when a restart changes the parallelism. Keyed: each key to the subtask that
/// owns its key group. Singleton: the operator has one subtask. Broadcast: every subtask gets all
/// of it.
enum class StateKind { Keyed, Singleton, Broadcast };

/// How a number of several old subtasks becomes one. All new subtasks get it, but a sum goes to
/// subtask 0 alone.
enum class NumberMerge { Sum, Largest, Smallest };

/// The state of one subtask at a marker: what changed since the marker before. Owned by one thread
/// at a time; `recycle` gives the memory back and may be called on any thread.
struct FrozenState {
  struct Table {
    std::string name;
    /// Bytes that a Put of this table holds.
    std::size_t value_size = 0;
    FrozenChanges changes;
    std::shared_ptr<ChangeLog> origin;
  };
  struct Number {
    std::string name;
    NumberMerge merge{};
    std::int64_t value = 0;
  };
  std::vector<Table> tables;  // those with changes
  std::vector<Number> numbers;

  void recycle();
};

/// State found in a checkpoint, for one operator: where each table's changes lie, oldest first.
/// Views stay good while the recovered checkpoint lives. Base images come as Put and Replace
/// records.
struct RecoveredState {
  struct Table {
    std::string name;
    std::size_t value_size = 0;
    std::vector<std::string_view> encoded;
  };
  std::vector<Table> tables;
  /// Of every old subtask.
  std::vector<FrozenState::Number> numbers;
};

/// All state of one operator subtask. The operator declares it in `open` and never serialises it:
/// tables log their own changes, the runtime freezes the log at each marker and loads it after a
/// restart. Not thread-safe. Declared objects must outlive this one's last use.
class SubtaskState {
 public:
  /// Without durability nothing is logged: declaring costs nothing.
  explicit SubtaskState(bool durable) : durable_(durable) {}

  /// `table` belongs to the checkpoint under `name`, unique in this operator.
  void declare(std::string_view name, StateTable& table, StateKind kind = StateKind::Keyed);
  /// A map belongs to the checkpoint; always keyed.
  void declare(std::string_view name, StateMap& map);
  /// Timers of a declared table: each value has a `StateTimer` at `offset`; they come back by
  /// themselves.
  void declare_timers(std::string_view table, TimerIndex& timers, std::size_t offset);
  /// A number that is saved at every marker: a watermark, a count of rows given. `number` has its
  /// first value when declared.
  void declare_number(std::string_view name, std::int64_t& number, NumberMerge merge);

  bool is_durable() const { return durable_; }

  // For the runtime.

  /// Loads what subtask `subtask` of `num_subtasks` owns; before the first record, after `open`.
  /// Errors: a table has another layout than it had, is no longer declared, or is damaged.
  Status load(const RecoveredState& recovered, std::size_t subtask, std::size_t num_subtasks);
  /// What changed since the last call.
  FrozenState freeze();
  /// Memory of all declared tables, growing parts included. O(number of tables).
  std::size_t bytes_used() const;

 private:
  struct Declared {
    std::string name;
    StateTable* table;
    StateKind kind;
    // None without durability. Shared with frozen changes, which may outlive the subtask.
    std::shared_ptr<ChangeLog> log;
    // The map whose elements lie in the table.
    StateMap* map = nullptr;
    TimerIndex* timers = nullptr;
    std::size_t timer_offset = 0;
  };
  struct Number {
    std::string name;
    std::int64_t* value;
    NumberMerge merge;
  };
  static Status load_table(const Declared& declared, const RecoveredState::Table& from,
                           KeyGroupRange owned);
  static void load_timers(const Declared& declared);
  static void load_number(const Number& number, const RecoveredState& recovered,
                          std::size_t subtask);

  const bool durable_;
  std::vector<Declared> tables_;
  std::vector<Number> numbers_;
};

}  // namespace millrace
