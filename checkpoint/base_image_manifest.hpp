#pragma once

#include "records/event.hpp"
#include "records/result.hpp"

#include <cstdint>
#include <string>

namespace millrace {

/// The file `manifest`: which base image counts, and what it must contain. There is none before the
/// first base image.
struct BaseManifest {
  Epoch epoch{};
  std::uint64_t num_bytes = 0;
  /// XXH3 (128 bits) of the whole file: a base image is known by its content, never by its name.
  std::string hash;
  /// The first segment that is not part of the base image.
  std::uint64_t first_segment = 1;
};

/// `base/00000000000000000007.img`
std::string base_name(Epoch epoch);
std::string encode(const BaseManifest& manifest);
Result<BaseManifest> decode_manifest(std::string_view text);

}  // namespace millrace
