#pragma once

#include "checkpoint/subtask_state.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

/// The bytes of a log as a journal holds them.
std::string encoded(const FrozenChanges& changes);
/// `put a=1, remove b, append c.0=2`: encoded changes as text.
std::string text_of_changes(std::string_view encoded);

/// What a journal would hold of one subtask, or of several: all that was frozen, in order.
class KeptState {
 public:
  /// Takes what a subtask froze at a marker and gives the memory back.
  void add(FrozenState frozen);
  /// Views stay good until the next `add`.
  RecoveredState recovered() const;
  std::size_t num_bytes() const;

 private:
  struct Table {
    std::string name;
    std::size_t value_size;
    std::vector<std::string> encoded;
  };
  std::vector<Table> tables_;
  std::vector<FrozenState::Number> numbers_;
};

}  // namespace millrace::test
