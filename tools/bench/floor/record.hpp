#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace millrace::bench {

/// Formats one record of the TCP benchmarks as a JSON line; returns its length. `line` has 160 bytes.
inline int format_record(char* line, std::int64_t id, std::int64_t due_ns, double amount,
                         std::int64_t num_users) {
  return std::snprintf(line, 160, "{\"id\":%lld,\"due\":%lld,\"user\":\"u%lld\",\"amount\":%.2f}\n",
                       static_cast<long long>(id), static_cast<long long>(due_ns),
                       static_cast<long long>(id * 7919 % num_users), amount);
}

/// The number after `"due":`, or -1.
inline std::int64_t due_of(std::string_view line) {
  const std::size_t at = line.find("\"due\":");
  if (at == std::string_view::npos) return -1;
  std::int64_t value = 0;
  for (std::size_t i = at + 6; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i)
    value = value * 10 + (line[i] - '0');
  return value;
}

}  // namespace millrace::bench
