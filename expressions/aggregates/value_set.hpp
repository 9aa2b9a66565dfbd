#pragma once

#include "records/state_bytes.hpp"

#include <string_view>

namespace millrace {

/// A set of byte strings inside one growing state: header, a hash index of positions, then the
/// strings in order of insertion. An empty state is an empty set. Borrows the state.
class ValueSet {
 public:
  explicit ValueSet(StateBytes& state) : state_(state) {}

  /// False when `value` was there already.
  bool insert(std::string_view value);

  static std::uint32_t size(const StateBytes& state);
  /// Calls f(value) for each string in order of insertion.
  template <class F>
  static void for_each(const StateBytes& state, F&& f) {
    std::size_t position = strings_start(state);
    for (std::uint32_t i = size(state); i > 0; --i) {
      const std::string_view value = at(state, position);
      f(value);
      position += sizeof(std::uint32_t) + value.size();
    }
  }

 private:
  static std::size_t strings_start(const StateBytes& state);
  static std::string_view at(const StateBytes& state, std::size_t position);
  void grow_index();
  std::uint32_t* find_slot(std::string_view value);

  StateBytes& state_;
};

}  // namespace millrace
