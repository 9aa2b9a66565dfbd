#pragma once

#include "expressions/expression.hpp"
#include "records/time_zone.hpp"

#include <cstdint>
#include <string>

namespace millrace {

/// A frame that a stream has: it ends with the current row.
struct OverFrame {
  enum class Kind { Running, Rows, Range };
  Kind kind = Kind::Running;
  /// Where it begins before the current row. Rows, Range: a literal; null: with the current row.
  ExpressionPtr preceding;
};

/// Reads the frame of OVER as it was written; empty is all rows so far. Error: it needs rows that
/// have not come yet, or begins behind the current row.
Result<OverFrame> parse_over_frame(const std::string& text, const Origin& origin,
                                   const TimeZone& zone);

}  // namespace millrace
