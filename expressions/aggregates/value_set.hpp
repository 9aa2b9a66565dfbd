#pragma once

#include "records/state_bytes.hpp"

#include <cstdint>
#include <string_view>

namespace millrace {

/// A set of byte strings inside one growing state: header, a hash index of positions, then the
/// strings in order of insertion. An empty state is an empty set. Borrows the state.
class ValueSet {
 public:
  explicit ValueSet(StateBytes& state) : state_(state) {}

  /// False when `value` was there already; then the state does not count as changed.
  bool insert(std::string_view value);
  /// The same where the hash is known: `hash_of(value)`.
  bool insert(std::string_view value, std::uint64_t hash);
  static std::uint64_t hash_of(std::string_view value);

  // Begin to load what the search for a value with this hash reads, each what the one before it has found.
  static void fetch_header(const StateBytes& state) { __builtin_prefetch(state.data()); }
  static void fetch_slot(const StateBytes& state, std::uint64_t hash);
  static void fetch_value(const StateBytes& state, std::uint64_t hash);

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
  static std::uint32_t find_slot(const StateBytes& state, std::string_view value, std::uint64_t hash);
  void grow_index();
  void set_slot(std::uint32_t slot, std::size_t position);

  StateBytes& state_;
};

}  // namespace millrace
