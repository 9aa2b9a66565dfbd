#pragma once

#include "records/state_bytes.hpp"

#include <cstdint>
#include <map>
#include <string_view>

namespace millrace {

/// How often each byte string was added to a growing state. Equal ones are put together each time the
/// memory would have to grow, so that adding costs O(log n) amortised. An empty state counts nothing.
class CountedValues {
 public:
  static void add(StateBytes& state, std::string_view value, std::int64_t count);
  static void merge(StateBytes& into, const StateBytes& from);
  /// The keys point into the state.
  static std::map<std::string_view, std::int64_t> counts(const StateBytes& state);
};

}  // namespace millrace
