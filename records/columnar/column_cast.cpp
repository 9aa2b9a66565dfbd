#include "records/columnar/column_cast.hpp"

#include "records/value.hpp"

namespace millrace {
namespace {

bool is_instant(const DataType& type) {
  return type.kind() == TypeKind::Timestamp || type.kind() == TypeKind::TimestampNtz;
}

}  // namespace

bool can_read_as(const DataType& found, const DataType& wanted) {
  if (found == wanted) return true;
  if (found.is_integral() && wanted.is_integral()) return found.kind() < wanted.kind();
  if (found.kind() == TypeKind::Float) return wanted.kind() == TypeKind::Double;
  return (is_instant(found) && is_instant(wanted)) || (found.is_bytes() && wanted.is_bytes());
}

ColumnRef read_as(const ColumnRef& column, std::size_t num_rows, const DataType& wanted,
                  RecordPool& pool) {
  if (column->type() == wanted) return column;
  ColumnRef cast = pool.make_column(wanted);
  for (std::size_t row = 0; row < num_rows; ++row) {
    Value value = value_at(*column, row);
    value.type = wanted;
    append_value(*cast, value);
  }
  return cast;
}

}  // namespace millrace
