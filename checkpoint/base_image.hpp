#pragma once

#include "checkpoint/base_image_manifest.hpp"
#include "checkpoint/file_system.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace millrace {

/// What a base image is to be made of: the one before and the segments up to `last_segment`.
struct BaseImagePlan {
  std::string location;
  std::string query_id;
  std::uint64_t last_segment = 0;
  /// Called after each piece of work with the bytes written by it; may wait. False: give up.
  std::function<bool(std::uint64_t num_bytes)> pace;
  /// Called between pieces of work, most of them of some microseconds; may wait.
  std::function<void()> rest;
};

/// Merges the last base image with the deltas of closed segments, all read back from disk, one key
/// group of one table at a time, and publishes image and manifest. Touches no live state. A crash
/// at any point leaves the old image or the new one. Any thread, one at a time.
Result<BaseManifest> build_base_image(FileSystem& files, const BaseImagePlan& plan);

/// Removes base images and segments that nothing needs any more, and leftovers of a crash. May stop
/// anywhere: the next call goes on.
Status remove_unneeded(FileSystem& files, const std::string& location);

}  // namespace millrace
