#include "checkpoint/journal_checksum.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace millrace {

struct JournalChecksum::State {
  XXH3_state_t xxh3;
};

JournalChecksum::JournalChecksum() : state_(std::make_unique<State>()) { begin(); }
JournalChecksum::~JournalChecksum() = default;

void JournalChecksum::begin() { XXH3_64bits_reset(&state_->xxh3); }

void JournalChecksum::add(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

std::uint64_t JournalChecksum::result() const { return XXH3_64bits_digest(&state_->xxh3); }

std::uint64_t checksum_of(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string content_hash(std::string_view bytes, const std::function<void()>& rest) {
  constexpr std::size_t kPiece = 64 << 10;
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size()))) {
    XXH3_128bits_update(&state, bytes.data(), std::min(kPiece, bytes.size()));
    if (rest) rest();
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return hex(hash.high64) + hex(hash.low64);
}

std::string hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace millrace
