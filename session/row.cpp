#include "session/row.hpp"

#include "records/edit_distance.hpp"

namespace millrace {

Row::Row(const RecordBatch& batch, std::size_t row) : schema_(batch.schema_ptr()) {
  values_.reserve(batch.num_columns());
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    values_.push_back(value_at(batch.column(c), row));
}

Result<std::size_t> Row::find(std::string_view column) const {
  const int index = schema_->find(column);
  if (index >= 0) return static_cast<std::size_t>(index);
  std::vector<std::string> names;
  for (const Field& field : schema_->fields) names.push_back(field.name);
  const std::string nearest = nearest_name(std::string(column), names);
  return make_error(ErrorKind::Usage, "row: no such column: '" + std::string(column) + "'",
                    nearest.empty() ? "" : "write '" + nearest + "'");
}

Error Row::type_error(std::size_t column) const {
  const Field& field = (*schema_)[column];
  const std::string what = values_[column].is_null() ? "NULL" : field.type.to_sql();
  return make_error(ErrorKind::Usage,
                    "row: column '" + field.name + "' is read as another type than it has: " + what,
                    "read it as that type, or as an optional of it");
}

}  // namespace millrace
