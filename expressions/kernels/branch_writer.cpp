#include "expressions/kernels/branch_writer.hpp"

#include <cstring>

#include "expressions/kernels/column_loops.hpp"

namespace millrace::kernels {

namespace {

template <class T>
void copy_rows(const Column& from, Rows rows, Column& to) {
  const T* in = from.values<T>();
  T* out = to.mutable_values<T>();
  const std::uint32_t mask = from.index_mask();
  rows.for_each([&](std::uint32_t row) { out[row] = in[row & mask]; });
}

void copy_rows_by_type(const Column& from, Rows rows, Column& to) {
  if (from.type().is_bytes()) return copy_rows<std::string_view>(from, rows, to);
  if (from.type().kind() == TypeKind::CalendarInterval)
    return copy_rows<CalendarInterval>(from, rows, to);
  switch (from.type().width()) {
    case 1: return copy_rows<std::uint8_t>(from, rows, to);
    case 2: return copy_rows<std::uint16_t>(from, rows, to);
    case 4: return copy_rows<std::uint32_t>(from, rows, to);
    case 8: return copy_rows<std::uint64_t>(from, rows, to);
    case 16: return copy_rows<Int128>(from, rows, to);
    default: return;
  }
}

}  // namespace

BranchWriter::BranchWriter(EvalContext& context, const DataType& type, Rows rows)
    : context_(context),
      num_rows_(rows.end()),
      out_(context.pool.make_column(type)),
      written_((num_rows_ + 63) / 64, 0) {
  if (type.is_nested()) source_of_.assign(num_rows_, 0);
  else out_->resize(num_rows_);
}

void BranchWriter::write(const ColumnRef& column, Rows rows) {
  if (column->type().is_null()) return;
  if (out_->type().is_nested()) {
    sources_.push_back(column);
    rows.for_each([&](std::uint32_t row) {
      source_of_[row] = static_cast<std::uint32_t>(sources_.size());
    });
    return;
  }
  copy_rows_by_type(*column, rows, *out_);
  if (column->type().is_bytes()) out_->keep(column);
  if (!column->has_nulls()) {
    rows.for_each([&](std::uint32_t row) { written_[row >> 6] |= std::uint64_t{1} << (row & 63); });
    return;
  }
  rows.for_each([&](std::uint32_t row) {
    written_[row >> 6] |= std::uint64_t{!column->is_null(row)} << (row & 63);
  });
}

ColumnRef BranchWriter::finish_nested() {
  for (std::uint32_t row = 0; row < num_rows_; ++row) {
    if (source_of_[row] == 0) out_->append_null();
    else out_->append_from(*sources_[source_of_[row] - 1], row);
  }
  return std::move(out_);
}

ColumnRef BranchWriter::finish() {
  if (out_->type().is_nested()) return finish_nested();
  if (num_rows_ != 0)
    std::memcpy(out_->writable_validity_words(), written_.data(), written_.size() * 8);
  return std::move(out_);
}

}  // namespace millrace::kernels
