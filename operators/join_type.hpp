#pragma once

#include <cstdint>

namespace millrace {

/// Which rows a join gives beside the pairs, or instead of them.
enum class JoinType { Inner, LeftOuter, RightOuter, FullOuter, LeftSemi, LeftAnti };

/// Every left row comes out, with NULLs where it has no partner.
constexpr bool keeps_left(JoinType type) {
  return type == JoinType::LeftOuter || type == JoinType::FullOuter;
}
constexpr bool keeps_right(JoinType type) {
  return type == JoinType::RightOuter || type == JoinType::FullOuter;
}
/// The right side only decides which left rows come out.
constexpr bool gives_left_only(JoinType type) {
  return type == JoinType::LeftSemi || type == JoinType::LeftAnti;
}

/// What bounds the rows of one side of a join of two streams: a row whose time is at or before the
/// watermark plus `offset_micros`, cut to milliseconds (and one millisecond less when `inclusive`),
/// finds no partner any more. Source: Spark's state watermark predicates.
struct JoinLimit {
  /// Of the side's keys when `is_key`, else of its columns: timestamp, or window.
  int column = 0;
  bool is_key = false;
  std::int64_t offset_micros = 0;
  bool inclusive = false;

  /// Milliseconds: rows at or before it are past.
  std::int64_t millis(std::int64_t watermark_micros) const {
    return (watermark_micros + offset_micros) / 1000 - (inclusive ? 1 : 0);
  }
};

}  // namespace millrace
