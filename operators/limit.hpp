#pragma once

#include "operators/operator.hpp"

#include <memory>

namespace millrace {

struct LimitOptions {
  /// Rows to pass over, then rows to pass on; -1: all.
  std::int64_t offset = 0;
  std::int64_t count = -1;
  /// Append counts over the whole stream; complete counts anew for each epoch's output.
  OutputMode mode = OutputMode::Append;
};

/// LIMIT and OFFSET over the rows in the order of their arrival. Runs at parallelism 1.
std::unique_ptr<Operator> make_limit(LimitOptions options);

}  // namespace millrace
