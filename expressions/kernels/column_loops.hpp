#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "expressions/bound_expression.hpp"

namespace millrace::kernels {

/// Loops over columns that every kernel is made of. Dense rows and constant operands have loops of
/// their own, so that the compiler can vectorise them; NULL rows are computed too where undefined
/// content does no harm, and masked by the bitmap afterwards.

/// NULL in `out` wherever `in` is NULL. Requires: out.size() <= in.size() or `in` is constant.
void add_nulls(Column& out, const Column& in);
/// Sets every row NULL.
void set_all_null(Column& out);
/// A constant NULL.
ColumnRef null_column(RecordPool& pool, const DataType& type);

/// Undefined bits of these types may be computed with; views and slots must not be followed.
template <class T>
inline constexpr bool kSafeWhenNull = std::is_arithmetic_v<T> || std::is_same_v<T, Int128>;

/// out[row] = f(in[row]).
template <class In, class Out, class F>
void map_rows(const Column& in, Rows rows, Column& out, F f) {
  const In* __restrict a = in.values<In>();
  Out* __restrict o = out.mutable_values<Out>();
  if constexpr (!kSafeWhenNull<In>) {
    if (in.has_nulls()) {
      rows.for_each([&](std::uint32_t row) {
        if (!in.is_null(row)) o[row] = f(a[row & in.index_mask()]);
      });
      return;
    }
  }
  if (rows.is_dense() && !in.is_constant()) {
    const std::uint32_t n = rows.size();
    for (std::uint32_t i = 0; i < n; ++i) o[i] = f(a[i]);
    return;
  }
  const std::uint32_t mask = in.index_mask();
  rows.for_each([&](std::uint32_t row) { o[row] = f(a[row & mask]); });
}

/// out[row] = f(left[row], right[row]) where `out` is not NULL already.
template <class L, class R, class Out, class F>
void map_valid_pairs(const Column& left, const Column& right, Rows rows, Column& out, F& f) {
  Out* o = out.mutable_values<Out>();
  rows.for_each([&](std::uint32_t row) {
    if (!out.is_null(row)) o[row] = f(left.at<L>(row), right.at<R>(row));
  });
}

/// out[row] = f(left[row], right[row]). Requires: the nulls of both are in `out` already.
template <class L, class R, class Out, class F>
void map_pairs(const Column& left, const Column& right, Rows rows, Column& out, F f) {
  if constexpr (!kSafeWhenNull<L> || !kSafeWhenNull<R>) {
    if (out.has_nulls()) return map_valid_pairs<L, R, Out>(left, right, rows, out, f);
  }
  const L* __restrict a = left.values<L>();
  const R* __restrict b = right.values<R>();
  Out* __restrict o = out.mutable_values<Out>();
  const std::uint32_t n = rows.size();
  if (n == 0) return;
  const std::uint32_t left_mask = left.index_mask(), right_mask = right.index_mask();
  if (!rows.is_dense()) {
    rows.for_each([&](std::uint32_t row) { o[row] = f(a[row & left_mask], b[row & right_mask]); });
  } else if (!left.is_constant() && !right.is_constant()) {
    for (std::uint32_t i = 0; i < n; ++i) o[i] = f(a[i], b[i]);
  } else if (!left.is_constant()) {
    const R constant = b[0];
    for (std::uint32_t i = 0; i < n; ++i) o[i] = f(a[i], constant);
  } else if (!right.is_constant()) {
    const L constant = a[0];
    for (std::uint32_t i = 0; i < n; ++i) o[i] = f(constant, b[i]);
  } else {
    const Out value = f(a[0], b[0]);
    for (std::uint32_t i = 0; i < n; ++i) o[i] = value;
  }
}

/// A column of `type` with rows.end() rows and the NULLs of `in`.
ColumnRef start_result(EvalContext& context, const DataType& type, Rows rows, const Column& in);
ColumnRef start_result(EvalContext& context, const DataType& type, Rows rows, const Column& left,
                       const Column& right);

}  // namespace millrace::kernels
