#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

/// Says when changed entries of a state table are to be logged. An entry that changes many times in
/// an epoch is best logged once, near its end; yet what waits at the marker is logged then, and a
/// marker must not be held up. So entries wait for nine tenths of the changes that the last epoch
/// had and are then logged little by little; where most changes are of entries not changed before,
/// they do not wait, and never more than 4096 wait. Pure; not thread-safe.
class LogPace {
 public:
  /// So many changes came, and `num_waiting` entries wait: how many of them to log now.
  std::size_t due(std::size_t num_changes, std::size_t num_waiting);
  /// The epoch ended; `num_entries` different ones changed in it.
  void end_epoch(std::size_t num_entries);

 private:
  std::uint64_t num_changes_ = 0;
  // Counts of changes between which what waits is logged.
  std::uint64_t from_ = 0, by_ = 0;
};

}  // namespace millrace
