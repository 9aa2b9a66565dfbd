#include "records/uuid.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <random>

namespace millrace {

std::string random_uuid() {
  std::random_device device;
  std::uniform_int_distribution<std::uint64_t> any;
  const std::uint64_t high = (any(device) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (any(device) & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

}  // namespace millrace
