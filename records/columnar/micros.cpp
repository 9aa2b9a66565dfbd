#include "records/columnar/micros.hpp"

#include <cstdint>

namespace millrace {
namespace {

using ArrayDataPtr = std::shared_ptr<arrow::ArrayData>;

/// One value in microseconds; false when it is out of range.
bool to_micros(std::int64_t value, arrow::TimeUnit::type unit, std::int64_t& micros) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return !__builtin_mul_overflow(value, 1'000'000, &micros);
    case arrow::TimeUnit::MILLI: return !__builtin_mul_overflow(value, 1000, &micros);
    case arrow::TimeUnit::MICRO: micros = value; return true;
    case arrow::TimeUnit::NANO: break;
  }
  micros = value / 1000 - (value % 1000 < 0 ? 1 : 0);
  return true;
}

arrow::Result<ArrayDataPtr> rescaled(const arrow::ArrayData& data) {
  const auto unit = static_cast<const arrow::TimestampType&>(*data.type).unit();
  ArrayDataPtr copy = data.Copy();
  copy->type = in_micros(data.type);
  if (unit == arrow::TimeUnit::MICRO) return copy;
  const std::int64_t count = data.offset + data.length;
  ARROW_ASSIGN_OR_RAISE(auto buffer,
                        arrow::AllocateBuffer(count * static_cast<std::int64_t>(sizeof(std::int64_t))));
  const auto* from = data.GetValues<std::int64_t>(1, 0);
  auto* to = buffer->mutable_data_as<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    if (to_micros(from[i], unit, to[i])) continue;
    if (!data.IsNull(i - data.offset)) return arrow::Status::Invalid("timestamp out of range");
    to[i] = 0;
  }
  copy->buffers[1] = std::move(buffer);
  return copy;
}

arrow::Result<ArrayDataPtr> converted(const ArrayDataPtr& data) {
  if (data->type->id() == arrow::Type::TIMESTAMP) return rescaled(*data);
  if (data->child_data.empty()) return data;
  ArrayDataPtr copy = data->Copy();
  copy->type = in_micros(data->type);
  for (ArrayDataPtr& child : copy->child_data) {
    ARROW_ASSIGN_OR_RAISE(child, converted(child));
  }
  return copy;
}

std::shared_ptr<arrow::Field> in_micros(const std::shared_ptr<arrow::Field>& field) {
  return field->WithType(millrace::in_micros(field->type()));
}

}  // namespace

std::shared_ptr<arrow::DataType> in_micros(const std::shared_ptr<arrow::DataType>& type) {
  switch (type->id()) {
    case arrow::Type::TIMESTAMP:
      return arrow::timestamp(arrow::TimeUnit::MICRO,
                              static_cast<const arrow::TimestampType&>(*type).timezone());
    case arrow::Type::LIST: return arrow::list(in_micros(type->field(0)));
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (const auto& field : type->fields()) fields.push_back(in_micros(field));
      return arrow::struct_(fields);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(in_micros(map.key_field()), in_micros(map.item_field()),
                                              map.keys_sorted());
    }
    default: return type;
  }
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> in_micros(
    const std::shared_ptr<arrow::RecordBatch>& batch) {
  arrow::FieldVector fields;
  std::vector<ArrayDataPtr> columns;
  for (int c = 0; c < batch->num_columns(); ++c) {
    ARROW_ASSIGN_OR_RAISE(auto column, converted(batch->column_data(c)));
    fields.push_back(batch->schema()->field(c)->WithType(column->type));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), batch->num_rows(),
                                  std::move(columns));
}

}  // namespace millrace
