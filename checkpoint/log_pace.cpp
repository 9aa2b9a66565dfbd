#include "checkpoint/log_pace.hpp"

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

constexpr std::size_t kMostWaiting = 4096;

}  // namespace

std::size_t LogPace::due(std::size_t num_changes, std::size_t num_waiting) {
  num_changes_ += num_changes;
  const std::size_t too_many = num_waiting - std::min(num_waiting, kMostWaiting);
  if (num_changes_ < from_) return too_many;
  if (num_changes_ >= by_) return num_waiting;
  const std::uint64_t share = num_waiting * num_changes / (by_ - num_changes_) + 1;
  return std::clamp<std::size_t>(share, too_many, num_waiting);
}

void LogPace::end_epoch(std::size_t num_entries) {
  const std::uint64_t changes = std::exchange(num_changes_, 0);
  const bool few_repeat = num_entries > changes / 2;
  from_ = few_repeat ? 0 : changes / 10 * 9;
  by_ = few_repeat ? 0 : changes / 100 * 97;
}

}  // namespace millrace
