#include "operators/gather.hpp"

namespace millrace {

namespace {

/// A type of the same size that has no alignment to care for but its own.
struct Wide {
  std::uint64_t halves[2];
};

template <class T>
void copy_values(const Column& from, std::span<const std::uint32_t> rows, Column& to) {
  T* out = to.mutable_values<T>();
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (rows[k] != kNullRow) out[k] = from.at<T>(rows[k]);
}

void copy_values(const Column& from, std::span<const std::uint32_t> rows, Column& to) {
  switch (from.type().width()) {
    case 0: return;
    case 1: return copy_values<std::uint8_t>(from, rows, to);
    case 2: return copy_values<std::uint16_t>(from, rows, to);
    case 4: return copy_values<std::uint32_t>(from, rows, to);
    case 8: return copy_values<std::uint64_t>(from, rows, to);
    default: return copy_values<Wide>(from, rows, to);
  }
}

void copy_nulls(const Column& from, std::span<const std::uint32_t> rows, Column& to) {
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k] != kNullRow && !from.is_null(rows[k])) continue;
    to.set_null(k);
    // What a list of a NULL row points to is read by nobody, but must not be wild.
    if (to.type().is_nested() && to.type().kind() != TypeKind::Struct)
      to.mutable_values<ListSlot>()[k] = {};
    if (to.type().is_bytes()) to.mutable_values<std::string_view>()[k] = {};
  }
}

bool has_null_rows(std::span<const std::uint32_t> rows) {
  for (std::uint32_t row : rows)
    if (row == kNullRow) return true;
  return false;
}

}  // namespace

ColumnRef gather(RecordPool& pool, const ColumnRef& column, std::span<const std::uint32_t> rows) {
  const Column& from = *column;
  ColumnRef result = pool.make_column(from.type());
  if (from.type().kind() == TypeKind::Null) {
    for (std::size_t k = 0; k < rows.size(); ++k) result->append_null();
    return result;
  }
  result->resize(rows.size());
  copy_values(from, rows, *result);
  if (from.has_nulls() || has_null_rows(rows)) copy_nulls(from, rows, *result);
  if (from.type().is_bytes()) result->keep(column);
  for (std::size_t c = 0; c < from.num_children(); ++c) {
    const bool is_struct = from.type().kind() == TypeKind::Struct;
    result->set_child(c, is_struct ? gather(pool, from.child(c), rows) : from.child(c));
  }
  return result;
}

}  // namespace millrace
