#pragma once

#include "checkpoint/state_table.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace millrace {

constexpr std::uint32_t kFreeEntry = UINT32_MAX;
constexpr std::uint32_t kInlineKey = 24;

// What `Entry::epoch` may be besides the epoch of the last logged change.
constexpr std::uint32_t kUnknownToCheckpoints = 0;
constexpr std::uint32_t kRestored = 1;
constexpr std::uint32_t kFirstEpoch = 2;

// A place of an entry that has changed and is not in the log yet.
constexpr std::uint32_t kWaiting = UINT32_MAX;

/// Stands in front of each value of a state table. A free entry has the key size kFreeEntry and
/// names itself and the next free one.
struct StateTable::Entry {
  struct Free {
    Entry* next;
    std::uint32_t number;
  };

  std::uint64_t hash;
  std::uint32_t key_size;
  std::uint32_t round;
  // The log place of the fixed part, or kWaiting; good while `epoch` is the table's.
  std::uint32_t epoch;
  ChangeLog::Place place;
  union {
    char near_key[kInlineKey];
    char* far_key;
    Free free;
  };

  /// Keys of eight bytes and more are compared without a call.
  bool has_key(std::string_view wanted) const {
    if (wanted.size() != key_size) return false;
    const char* own = key().data();
    if (key_size < kWord) return std::memcmp(own, wanted.data(), key_size) == 0;
    for (std::size_t i = 0; i + kWord < key_size; i += kWord)
      if (word_at(own + i) != word_at(wanted.data() + i)) return false;
    return word_at(own + key_size - kWord) == word_at(wanted.data() + key_size - kWord);
  }
  static constexpr std::size_t kWord = sizeof(std::uint64_t);
  static std::uint64_t word_at(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
  }
  std::string_view key() const { return {key_size <= kInlineKey ? near_key : far_key, key_size}; }
  std::byte* value() { return reinterpret_cast<std::byte*>(this + 1); }
  static Entry* of(std::byte* value) { return reinterpret_cast<Entry*>(value) - 1; }
  static const Entry* of(const std::byte* value) {
    return reinterpret_cast<const Entry*>(value) - 1;
  }
};

}  // namespace millrace
