#pragma once

#include "checkpoint/subtask_state.hpp"
#include "operators/keyed_cells.hpp"
#include "records/options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace millrace {

/// The states and timers of one processor, declared as state of its operator. Not thread-safe.
class ProcessorHandle final : public StatefulProcessorHandle {
 public:
  ProcessorHandle(TimeMode mode, Options options);

  /// From here to `close` the processor may declare states.
  void open(SubtaskState& state);
  void close() { state_ = nullptr; }

  // For the processor.
  void register_timer(std::int64_t expiry_ms) override;
  void delete_timer(std::int64_t expiry_ms) override;
  std::vector<std::int64_t> list_timers() const override;
  std::optional<std::string> option(std::string_view name) const override;

  // For the operator.

  /// What calls of the processor are about until the next call.
  CurrentKey& current() { return current_; }
  struct Expired {
    std::string key;
    std::int64_t expiry_ms;
  };
  /// Takes timers out that are due at or before `micros`, at most `most`, the earliest first; true
  /// when none is left.
  bool take_expired(std::int64_t micros, std::size_t most, std::vector<Expired>& expired);
  /// No timer is due before; nothing when there is no timer.
  std::optional<std::int64_t> next_expiry_micros() const;
  /// Gives back memory of elements whose time to live is over, some at each call.
  void sweep(std::int64_t now);

  std::size_t num_elements() const;
  std::size_t bytes_used() const;

 private:
  StateCells* declare(std::string_view name, CellKind kind, std::int64_t ttl_ms) override;

  const TimeMode mode_;
  const Options options_;
  SubtaskState* state_ = nullptr;
  CurrentKey current_;
  std::vector<std::unique_ptr<KeyedCells>> cells_;
  std::vector<std::string> names_;
  /// By expiry in milliseconds.
  StateMap timers_;
};

}  // namespace millrace
