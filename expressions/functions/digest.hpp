#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::digest {

/// Digests as lower-case hexadecimal text.
std::string md5(std::string_view bytes);
std::string sha1(std::string_view bytes);
/// `bits` is 224, 256, 384 or 512.
std::string sha2(std::string_view bytes, int bits);
std::uint32_t crc32(std::string_view bytes);
/// Spark's murmur3: bytes after the last whole word count one by one, with their sign.
std::uint32_t murmur3_int(std::uint32_t value, std::uint32_t seed);
std::uint32_t murmur3_long(std::uint64_t value, std::uint32_t seed);
std::uint32_t murmur3_bytes(std::string_view bytes, std::uint32_t seed);

}  // namespace millrace::digest
