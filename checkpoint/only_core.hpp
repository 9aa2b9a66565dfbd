#pragma once

#include <optional>

namespace millrace {

/// The core that the calling thread is bound to; none: it may use several. Safe from any thread.
std::optional<int> only_core();

}  // namespace millrace
