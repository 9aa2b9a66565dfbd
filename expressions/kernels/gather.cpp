#include "expressions/kernels/gather.hpp"

#include "expressions/kernels/column_loops.hpp"

#include <algorithm>

namespace millrace::kernels {

namespace {

template <class T>
void gather_values(const Column& source, const std::vector<std::uint32_t>& indices, Column& out) {
  T* values = out.mutable_values<T>();
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (indices[i] != kNoRow) values[i] = source.at<T>(indices[i]);
}

void gather_by_type(const Column& source, const std::vector<std::uint32_t>& indices, Column& out) {
  if (source.type().is_bytes()) return gather_values<std::string_view>(source, indices, out);
  if (source.type().kind() == TypeKind::Decimal) return gather_values<Int128>(source, indices, out);
  if (source.type().kind() == TypeKind::CalendarInterval)
    return gather_values<CalendarInterval>(source, indices, out);
  if (source.type().is_nested()) return gather_values<ListSlot>(source, indices, out);
  switch (source.type().width()) {
    case 1: return gather_values<std::uint8_t>(source, indices, out);
    case 2: return gather_values<std::uint16_t>(source, indices, out);
    case 4: return gather_values<std::uint32_t>(source, indices, out);
    case 8: return gather_values<std::uint64_t>(source, indices, out);
    default: return;
  }
}

void gather_nulls(const Column& source, const std::vector<std::uint32_t>& indices, Column& out) {
  const bool all_null = source.type().is_null();
  if (!all_null && !source.has_nulls() &&
      std::find(indices.begin(), indices.end(), kNoRow) == indices.end())
    return;
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (all_null || indices[i] == kNoRow || source.is_null(indices[i])) out.set_null(i);
}

void gather_fields(RecordPool& pool, const Column& source,
                   const std::vector<std::uint32_t>& indices, Column& out) {
  std::vector<std::uint32_t> rows = indices;
  if (source.is_constant())
    for (std::uint32_t& row : rows) row = row == kNoRow ? kNoRow : 0;
  for (std::size_t c = 0; c < source.num_children(); ++c)
    out.set_child(c, gather(pool, source.child(c), rows));
}

}  // namespace

ColumnRef gather(RecordPool& pool, const ColumnRef& source,
                 const std::vector<std::uint32_t>& indices) {
  ColumnRef out = pool.make_column(source->type());
  out->resize(indices.size());
  gather_nulls(*source, indices, *out);
  if (source->type().is_bytes()) out->keep(source);
  if (source->type().kind() == TypeKind::Struct) {
    gather_fields(pool, *source, indices, *out);
    return out;
  }
  for (std::size_t c = 0; c < source->num_children(); ++c) out->set_child(c, source->child(c));
  gather_by_type(*source, indices, *out);
  return out;
}

}  // namespace millrace::kernels
