#pragma once

#include <cstdint>
#include <variant>

#include "records/record_batch.hpp"

namespace millrace {

/// Number of one consistent cut; counts from 0. What Structured Streaming calls batch id.
enum class Epoch : std::int64_t {};
constexpr std::int64_t number(Epoch epoch) { return static_cast<std::int64_t>(epoch); }
constexpr Epoch next(Epoch epoch) { return Epoch{number(epoch) + 1}; }

/// Promise that no record with an event time at or before `micros` follows on this channel (it is late
/// if it does). Microseconds since 1970-01-01T00:00:00Z.
struct Watermark {
  std::int64_t micros = 0;
};

/// Ends an epoch on one channel.
struct EpochMarker {
  Epoch epoch{};
};

/// Nothing follows on this channel.
struct EndOfStream {};

/// Whether the writer of a channel has had records lately. An idle one does not hold the watermarks of
/// others back; before its next record it says that it is active.
enum class Activity : std::uint8_t { Active, Idle };

/// All that travels on a channel. Closed: its order on the channel is the meaning.
using Event = std::variant<RecordBatch, Watermark, EpochMarker, EndOfStream, Activity>;

}  // namespace millrace
