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

}  // namespace millrace
