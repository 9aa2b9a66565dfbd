#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

/// Keys are spread over groups by the low bits of their hash; fixed for the life of a checkpoint.
constexpr std::uint32_t kKeyGroups = 128;

constexpr std::uint32_t key_group_of(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash % kKeyGroups);
}
/// The subtask that owns the key group of `hash`.
constexpr std::uint32_t subtask_of(std::uint64_t hash, std::size_t num_subtasks) {
  return static_cast<std::uint32_t>(key_group_of(hash) * num_subtasks / kKeyGroups);
}

/// Neighbouring key groups: `begin` and those before `end`.
struct KeyGroupRange {
  std::uint32_t begin = 0;
  std::uint32_t end = kKeyGroups;

  constexpr bool contains(std::uint64_t hash) const {
    const std::uint32_t group = key_group_of(hash);
    return begin <= group && group < end;
  }
};

/// Those for which `subtask_of` gives `subtask`.
constexpr KeyGroupRange groups_of(std::size_t subtask, std::size_t num_subtasks) {
  auto first = [num_subtasks](std::size_t s) {
    return static_cast<std::uint32_t>((s * kKeyGroups + num_subtasks - 1) / num_subtasks);
  };
  return {first(subtask), first(subtask + 1)};
}

}  // namespace millrace
