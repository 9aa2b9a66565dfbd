#pragma once

#include <utility>

#include "expressions/kernels/column_loops.hpp"

namespace millrace::kernels {

/// out[row] = value of op(left[row], right[row], value); op returns non-zero where it cannot. The loop
/// has no branch; rows that went wrong are looked for afterwards and handed to bad(row, a, b).
/// Requires: the nulls of both are in `out` already.
template <class T, class Out, class Op, class Bad>
void map_checked(const Column& left, const Column& right, Rows rows, Column& out, Op op, Bad bad) {
  using Flag = decltype(op(T{}, T{}, std::declval<Out&>()));
  Flag any = 0;
  map_pairs<T, T, Out>(left, right, rows, out, [&](T a, T b) {
    Out value;
    any = static_cast<Flag>(any | op(a, b, value));
    return value;
  });
  if (any == 0) return;
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    Out value;
    const T a = left.at<T>(row), b = right.at<T>(row);
    if (op(a, b, value) != 0) bad(row, a, b);
  });
}

/// Same for one operand.
template <class T, class Out, class Op, class Bad>
void map_checked(const Column& in, Rows rows, Column& out, Op op, Bad bad) {
  using Flag = decltype(op(T{}, std::declval<Out&>()));
  Flag any = 0;
  map_rows<T, Out>(in, rows, out, [&](T a) {
    Out value;
    any = static_cast<Flag>(any | op(a, value));
    return value;
  });
  if (any == 0) return;
  rows.for_each([&](std::uint32_t row) {
    Out value;
    if (!out.is_null(row) && op(in.at<T>(row), value) != 0) bad(row, in.at<T>(row));
  });
}

}  // namespace millrace::kernels
