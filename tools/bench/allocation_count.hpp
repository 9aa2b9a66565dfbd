#pragma once

#include <cstdint>

namespace millrace::bench {

/// Calls of operator new since the process began, by all threads.
std::int64_t num_allocations();

}  // namespace millrace::bench
