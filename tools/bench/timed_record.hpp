#pragma once

#include <cstdint>

namespace millrace::bench {

/// A record's latency and when it was due (steady clock).
struct TimedRecord {
  std::int64_t due_ns, latency_ns;
};

}  // namespace millrace::bench
