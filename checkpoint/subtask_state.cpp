#include "checkpoint/subtask_state.hpp"

#include "records/check.hpp"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

Error mismatch(const std::string& name, const std::string& reason) {
  return make_error(
      ErrorKind::Config, "state '" + name + "': " + reason,
      "start with a new checkpoint location, or with the topology that wrote this one");
}

std::size_t count_puts(std::string_view encoded) {
  std::size_t puts = 0;
  ChangeReader reader(encoded);
  while (const std::optional<StateChange> change = reader.next())
    puts += change->kind == ChangeKind::Put;
  return puts;
}

std::int64_t merged(NumberMerge merge, std::int64_t a, std::int64_t b) {
  switch (merge) {
    case NumberMerge::Sum: return a + b;
    case NumberMerge::Largest: return std::max(a, b);
    case NumberMerge::Smallest: return std::min(a, b);
  }
  return a;
}

}  // namespace

void FrozenState::recycle() {
  for (Table& table : tables) table.origin->recycle(std::move(table.changes));
  tables.clear();
}

void SubtaskState::declare(std::string_view name, StateTable& table, StateKind kind) {
  Declared declared{std::string(name), &table, kind, nullptr, nullptr};
  if (durable_) {
    declared.log = std::make_shared<ChangeLog>();
    table.log_to(declared.log.get());
  }
  tables_.push_back(std::move(declared));
}

void SubtaskState::declare(std::string_view name, StateMap& map) {
  declare(name, map.table(), StateKind::Keyed);
  tables_.back().map = &map;
}

void SubtaskState::declare_timers(std::string_view table, TimerIndex& timers, std::size_t offset) {
  auto declared = std::find_if(tables_.begin(), tables_.end(),
                               [&](const Declared& one) { return one.name == table; });
  MILLRACE_CHECK(declared != tables_.end(), "timers of a table that is not declared");
  declared->timers = &timers;
  declared->timer_offset = offset;
}

void SubtaskState::declare_number(std::string_view name, std::int64_t& number, NumberMerge merge) {
  numbers_.push_back({std::string(name), &number, merge});
}

FrozenState SubtaskState::freeze() {
  FrozenState frozen;
  for (const Declared& declared : tables_) {
    FrozenChanges changes = declared.table->freeze();
    if (changes.pieces.empty()) continue;
    frozen.tables.push_back(
        {declared.name, declared.table->fixed_size(), std::move(changes), declared.log});
  }
  for (const Number& number : numbers_)
    frozen.numbers.push_back({number.name, number.merge, *number.value});
  return frozen;
}

Status SubtaskState::load(const RecoveredState& recovered, std::size_t subtask,
                          std::size_t num_subtasks) {
  for (const RecoveredState::Table& from : recovered.tables) {
    auto to = std::find_if(tables_.begin(), tables_.end(),
                           [&](const Declared& one) { return one.name == from.name; });
    if (to == tables_.end())
      return mismatch(from.name, "the checkpoint has it, the operator does not");
    const bool is_split = to->kind == StateKind::Keyed;
    const KeyGroupRange owned = is_split ? groups_of(subtask, num_subtasks) : KeyGroupRange{};
    if (Status loaded = load_table(*to, from, owned); !loaded) return loaded;
  }
  for (const Declared& declared : tables_) {
    if (declared.map != nullptr) declared.map->rebuild();
    load_timers(declared);
  }
  for (const Number& number : numbers_) load_number(number, recovered, subtask);
  return {};
}

Status SubtaskState::load_table(const Declared& declared, const RecoveredState::Table& from,
                                KeyGroupRange owned) {
  StateTable& table = *declared.table;
  if (from.value_size != table.fixed_size())
    return mismatch(from.name, "a value had " + std::to_string(from.value_size) +
                                   " bytes in the checkpoint and has " +
                                   std::to_string(table.fixed_size()) + " now");
  std::size_t puts = 0;
  for (std::string_view encoded : from.encoded) puts += count_puts(encoded);
  table.reserve(puts * (owned.end - owned.begin) / kKeyGroups);
  for (std::string_view encoded : from.encoded) {
    if (table.load(encoded, owned)) continue;
    return mismatch(from.name, "a change in the checkpoint does not fit its values");
  }
  return {};
}

void SubtaskState::load_timers(const Declared& declared) {
  if (declared.timers == nullptr) return;
  std::vector<TimerIndex::Restored> timers;
  StateTable::Cursor cursor;
  while (std::byte* value = declared.table->next(cursor)) {
    StateTimer timer{};
    std::memcpy(&timer, value + declared.timer_offset, sizeof timer);
    if (timer.is_set != 0) timers.push_back({timer, value});
  }
  declared.timers->restore(std::move(timers));
}

void SubtaskState::load_number(const Number& number, const RecoveredState& recovered,
                               std::size_t subtask) {
  if (number.merge == NumberMerge::Sum && subtask != 0) return;
  bool is_first = true;
  for (const FrozenState::Number& from : recovered.numbers) {
    if (from.name != number.name) continue;
    *number.value = is_first ? from.value : merged(number.merge, *number.value, from.value);
    is_first = false;
  }
}

std::size_t SubtaskState::bytes_used() const {
  std::size_t total = 0;
  for (const Declared& declared : tables_)
    total += declared.map != nullptr ? declared.map->bytes_used() : declared.table->bytes_used();
  return total;
}

}  // namespace millrace
