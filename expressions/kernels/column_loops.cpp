#include "expressions/kernels/column_loops.hpp"

#include <cstring>

namespace millrace::kernels {

void set_all_null(Column& out) {
  const std::size_t words = (out.size() + 63) / 64;
  if (words == 0) return;
  std::memset(out.writable_validity_words(), 0, words * 8);
}

void add_nulls(Column& out, const Column& in) {
  if (!in.has_nulls()) return;
  if (in.is_constant()) {
    if (in.is_null(0)) set_all_null(out);
    return;
  }
  const std::uint64_t* from = in.validity_words();
  const std::size_t words = (out.size() + 63) / 64;
  if (!out.has_nulls()) {
    std::memcpy(out.writable_validity_words(), from, words * 8);
    return;
  }
  std::uint64_t* to = out.writable_validity_words();
  for (std::size_t w = 0; w < words; ++w) to[w] &= from[w];
}

ColumnRef null_column(RecordPool& pool, const DataType& type) {
  ColumnRef column = pool.make_column(type);
  column->append_null();
  column->make_constant();
  return column;
}

ColumnRef start_result(EvalContext& context, const DataType& type, Rows rows, const Column& in) {
  ColumnRef out = context.pool.make_column(type);
  out->resize(rows.end());
  add_nulls(*out, in);
  return out;
}

ColumnRef start_result(EvalContext& context, const DataType& type, Rows rows, const Column& left,
                       const Column& right) {
  ColumnRef out = start_result(context, type, rows, left);
  add_nulls(*out, right);
  return out;
}

}  // namespace millrace::kernels
