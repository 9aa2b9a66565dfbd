#include "checkpoint/subtask_state.hpp"

namespace millrace {

void SubtaskState::declare(std::string_view name, StateTable& table, StateKind kind) {
  tables_.push_back({std::string(name), &table, kind});
}

void SubtaskState::declare_timers(std::string_view table, TimerIndex& timers, std::size_t offset) {
  for (Declared& declared : tables_) {
    if (declared.name != table) continue;
    declared.timers = &timers;
    declared.timer_offset = offset;
  }
}

void SubtaskState::declare_number(std::string_view name, std::int64_t& number, NumberMerge merge) {
  numbers_.push_back({std::string(name), &number, merge});
}

std::size_t SubtaskState::bytes_used() const {
  std::size_t total = 0;
  for (const Declared& declared : tables_) total += declared.table->bytes_used();
  return total;
}

}  // namespace millrace
