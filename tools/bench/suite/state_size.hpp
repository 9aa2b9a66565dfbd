#pragma once

#include <cstdint>

#include "tools/bench/histogram.hpp"

namespace millrace::bench {

/// Operations on a state table that logs its changes, one at a time, and a loop that only looks at the clock as often: how long
/// the machine stood still anyway.
struct TableRun {
  Histogram operations, bare;
  std::uint32_t most_moved = 0;  // slots, by one operation
};
/// Inserts `num_keys`, then erases one of ten.
TableRun fill_table(std::int64_t num_keys);

/// Bytes that an epoch logs in which ten elements were added to a list under one key.
std::uint64_t bytes_of_longer_list(std::int64_t num_elements);

/// What the checkpoints of one table took. Bytes.
struct DiskUse {
  std::int64_t changes = 0;  // encoded by the table
  std::int64_t journal = 0;
  std::int64_t base_images = 0;
  std::int64_t live = 0;  // the state, encoded
  std::int64_t most = 0;  // of the location, at any time
};
/// Commits epochs of `num_changes` updates of random keys, in a file system in memory where there is one.
DiskUse commit_epochs(std::int64_t num_epochs, std::int64_t num_keys, std::int64_t num_changes);

}  // namespace millrace::bench
