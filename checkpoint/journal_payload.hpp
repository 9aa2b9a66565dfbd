#pragma once

#include "checkpoint/epoch_records.hpp"
#include "checkpoint/subtask_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A delta record as it lies in a file: views into it.
struct DeltaView {
  SubtaskName subtask;
  /// Which start of the job wrote it: numbers of an earlier one no longer count.
  std::uint64_t run = 0;
  struct Table {
    std::string_view name;
    std::uint64_t value_size = 0;
    std::uint64_t num_bytes = 0;
    std::string_view changes;
  };
  std::vector<Table> tables;
  std::vector<FrozenState::Number> numbers;
};

/// The job started (again) from `epoch`, -1: from nothing. Epochs beyond it in the journal no
/// longer count.
struct StartRecord {
  Epoch epoch{-1};
  /// Counts starts.
  std::uint64_t run = 0;
};

// Payloads of journal records; every size is a multiple of 8. Decoding gives none when the bytes
// cannot be what they should be.

std::string encode(const PlanRecord& record);
std::string encode(const OutputRecord& record);
std::string encode(const CommitRecord& record);
std::string encode(const StartRecord& record);
std::optional<PlanRecord> decode_plan(std::string_view payload);
std::optional<OutputRecord> decode_output(std::string_view payload);
std::optional<CommitRecord> decode_commit(std::string_view payload);
std::optional<StartRecord> decode_start(std::string_view payload);

/// What stands before the changes of the tables, which follow as they are in the order of the
/// tables.
std::string encode_delta_head(const DeltaView& delta);
std::optional<DeltaView> decode_delta(std::string_view payload);

}  // namespace millrace
