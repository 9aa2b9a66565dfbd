#include "sources/rate_limits.hpp"

#include "records/type.hpp"

#include <algorithm>
#include <array>

namespace millrace {

namespace {
constexpr std::array<std::string_view, 4> kLimits{"maxOffsetsPerTrigger", "minOffsetsPerTrigger",
                                                  "maxFilesPerTrigger", "maxBytesPerTrigger"};
}

Options without_rate_limits(const Options& options) {
  Options kept;
  for (const auto& [name, text] : options.entries()) {
    const bool is_limit = std::any_of(kLimits.begin(), kLimits.end(), [&](std::string_view limit) {
      return equal_ignoring_case(limit, name);
    });
    if (!is_limit) kept.set(name, text.value, text.origin);
  }
  return kept;
}

}  // namespace millrace
