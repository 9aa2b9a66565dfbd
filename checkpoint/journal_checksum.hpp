#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace millrace {

/// XXH3 (64 bits) of bytes that come in pieces. Not thread-safe.
class JournalChecksum {
 public:
  JournalChecksum();
  ~JournalChecksum();
  JournalChecksum(const JournalChecksum&) = delete;
  JournalChecksum& operator=(const JournalChecksum&) = delete;

  void begin();
  void add(std::string_view bytes);
  std::uint64_t result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3, 64 bits.
std::uint64_t checksum_of(std::string_view bytes);
/// XXH3, 128 bits, as 32 hexadecimal digits. Calls `rest`, if there is one, every 64 KiB.
std::string content_hash(std::string_view bytes, const std::function<void()>& rest = {});
/// 16 hexadecimal digits.
std::string hex(std::uint64_t value);

}  // namespace millrace
