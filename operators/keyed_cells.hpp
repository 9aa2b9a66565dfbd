#pragma once

#include "checkpoint/state_map.hpp"
#include "operators/stateful_processor.hpp"

#include <string>
#include <string_view>

namespace millrace {

/// The key that a processor is called for, and the processing time of the call in microseconds.
struct CurrentKey {
  std::string key;
  std::uint64_t hash = 0;
  std::int64_t now = 0;
};

/// One state of a processor: for each key, elements with a sub-key of their own, as rows of an
/// ordered map that checkpoints know. Not thread-safe.
class KeyedCells final : public StateCells {
 public:
  /// `current` is borrowed. `ttl`: microseconds; 0: elements stay.
  KeyedCells(const CurrentKey& current, std::int64_t ttl);

  std::optional<std::string_view> get(std::string_view sub_key) override;
  void put(std::string_view sub_key, std::string_view bytes) override;
  void remove(std::string_view sub_key) override;
  void append(std::string_view bytes) override;
  void clear() override;
  void each(const std::function<void(std::string_view, std::string_view)>& visit) override;

  /// Removes expired elements among the next `most`, so that each is looked at in turn.
  void sweep(std::size_t most, std::int64_t now);

  StateMap& map() { return map_; }

 private:
  MapElements* elements() const { return map_.find(current_.key, current_.hash); }
  bool is_over(const std::byte* element, std::int64_t now) const;
  /// Expired elements too.
  std::byte* find(std::string_view sub_key) const;
  void write(std::byte* element, std::string_view sub_key, std::string_view bytes);

  const CurrentKey& current_;
  const std::int64_t ttl_;
  StateMap map_;
  StateTable::Cursor swept_;
};

}  // namespace millrace
