#pragma once

#include "checkpoint/file_system.hpp"

#include <string>
#include <string_view>

namespace millrace {

/// Makes a small file whole and durable under its name, or leaves what was there: write to
/// `name`.tmp, fdatasync, rename, fsync of the folder. `name` is relative to `location`.
Status publish(FileSystem& files, const std::string& location, const std::string& name,
               std::string_view bytes);
/// The last two steps, for a file `name`.tmp that is written and synced.
Status publish_written(FileSystem& files, const std::string& location, const std::string& name);

}  // namespace millrace
