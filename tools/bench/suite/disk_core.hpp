#pragma once

#include <string>

namespace millrace::bench {

/// The core, 0 or 1, that is interrupted when a file in `folder` is synced. Writes one there to find out.
int core_of_disk(const std::string& folder);

}  // namespace millrace::bench
