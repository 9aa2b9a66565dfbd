#include <charconv>
#include <cstring>

#include "records/arrow_c.hpp"
#include "records/arrow_format.hpp"

namespace millrace {

namespace {

Error unsupported(std::string_view format) {
  return make_error(ErrorKind::BadData, "arrow: unsupported type: '" + std::string(format) + "'",
                    "cast the column to a type that records have");
}

Error wrong_shape() {
  return make_error(ErrorKind::BadData, "arrow: array does not fit its schema",
                    "export array and schema from the same table");
}

Result<Field> import_field(const ArrowSchema& in) {
  const std::string_view format = in.format;
  std::vector<Field> children;
  for (std::int64_t i = 0; i < in.n_children; ++i) {
    Result<Field> child = import_field(*in.children[i]);
    if (!child) return child;
    children.push_back(*std::move(child));
  }
  Field field{in.name == nullptr ? "" : in.name, {}, (in.flags & ARROW_FLAG_NULLABLE) != 0};
  if (in.dictionary != nullptr) return unsupported("dictionary");
  if (format == "+s") {
    field.type = DataType::structure(std::move(children));
  } else if (format == "+l" && children.size() == 1) {
    field.type = DataType::array(children[0].type, children[0].nullable);
  } else if (format == "+m" && children.size() == 1 && children[0].type.fields().size() == 2) {
    const std::vector<Field>& entry = children[0].type.fields();
    field.type = DataType::map(entry[0].type, entry[1].type, entry[1].nullable);
  } else {
    Result<DataType> type = type_from_arrow_format(format);
    if (!type) return type.error();
    field.type = *type;
  }
  return field;
}

bool bit_at(const void* bits, std::int64_t i) {
  return (static_cast<const std::uint8_t*>(bits)[i / 8] >> (i % 8) & 1) != 0;
}

/// Appends elements [begin, end) of an array, counted without its offset, to a column.
class ArrayImporter {
 public:
  ArrayImporter(const ArrowArray& in, Column& column) : in_(in), column_(column) {}

  Status run(std::int64_t begin, std::int64_t end);

 private:
  bool has_right_shape() const;
  bool is_null(std::int64_t i) const {
    return in_.buffers[0] != nullptr && !bit_at(in_.buffers[0], i);
  }
  void append_plain(std::int64_t i);
  Status append_list(std::int64_t i);
  Status append_fields(std::int64_t begin, std::int64_t end);

  const ArrowArray& in_;
  Column& column_;
};

bool ArrayImporter::has_right_shape() const {
  switch (column_.type().kind()) {
    case TypeKind::Null: return true;
    case TypeKind::String:
    case TypeKind::Binary: return in_.n_buffers == 3;
    case TypeKind::Struct:
      return in_.n_buffers == 1 &&
             in_.n_children == static_cast<std::int64_t>(column_.num_children());
    case TypeKind::Array: return in_.n_buffers == 2 && in_.n_children == 1;
    case TypeKind::Map:
      return in_.n_buffers == 2 && in_.n_children == 1 && in_.children[0]->n_children == 2;
    default: return in_.n_buffers == 2;
  }
}

void ArrayImporter::append_plain(std::int64_t i) {
  switch (column_.type().kind()) {
    case TypeKind::Boolean:
      return column_.append(static_cast<std::uint8_t>(bit_at(in_.buffers[1], i)));
    case TypeKind::String:
    case TypeKind::Binary: {
      const auto* offsets = static_cast<const std::int32_t*>(in_.buffers[1]);
      const auto* bytes = static_cast<const char*>(in_.buffers[2]);
      return column_.append_bytes({bytes + offsets[i], static_cast<std::size_t>(offsets[i + 1] -
                                                                                offsets[i])});
    }
    default: break;
  }
  const std::size_t width = column_.type().width();
  const std::size_t row = column_.size();
  column_.resize(row + 1);
  std::byte* target = column_.mutable_values<std::byte>() + row * width;
  std::memcpy(target, static_cast<const std::byte*>(in_.buffers[1]) + i * static_cast<std::int64_t>(width),
              width);
  if (column_.type().kind() == TypeKind::CalendarInterval)
    column_.mutable_values<CalendarInterval>()[row].microseconds /= 1000;
}

Status ArrayImporter::append_list(std::int64_t i) {
  const auto* offsets = static_cast<const std::int32_t*>(in_.buffers[1]);
  const std::int64_t begin = offsets[i];
  const std::int64_t end = offsets[i + 1];
  const ArrowArray& child = *in_.children[0];
  const bool is_map = column_.type().kind() == TypeKind::Map;
  Status done;
  for (std::size_t c = 0; c < column_.num_children() && done.ok(); ++c)
    done = is_map ? ArrayImporter(*child.children[c], *column_.child(c))
                        .run(begin + child.offset, end + child.offset)
                  : ArrayImporter(child, *column_.child(c)).run(begin, end);
  column_.append_list(static_cast<std::uint32_t>(end - begin));
  return done;
}

Status ArrayImporter::append_fields(std::int64_t begin, std::int64_t end) {
  for (std::size_t c = 0; c < column_.num_children(); ++c) {
    // A struct's offset counts for its children, on top of their own.
    Status done = ArrayImporter(*in_.children[c], *column_.child(c)).run(begin, end);
    if (!done) return done;
  }
  for (std::int64_t i = begin; i < end; ++i) {
    column_.append_struct();
    if (is_null(i)) column_.set_null(column_.size() - 1);
  }
  return {};
}

Status ArrayImporter::run(std::int64_t begin, std::int64_t end) {
  if (!has_right_shape()) return wrong_shape();
  begin += in_.offset;
  end += in_.offset;
  const TypeKind kind = column_.type().kind();
  if (kind == TypeKind::Struct) return append_fields(begin, end);
  for (std::int64_t i = begin; i < end; ++i) {
    if (kind == TypeKind::Null || is_null(i)) {
      column_.append_null();
    } else if (kind == TypeKind::Array || kind == TypeKind::Map) {
      if (Status done = append_list(i); !done) return done;
    } else {
      append_plain(i);
    }
  }
  return {};
}

constexpr struct {
  const char* format;
  TypeKind kind;
} kPlainFormats[] = {
    {"n", TypeKind::Null},     {"b", TypeKind::Boolean}, {"c", TypeKind::Byte},
    {"s", TypeKind::Short},    {"i", TypeKind::Int},     {"l", TypeKind::Long},
    {"f", TypeKind::Float},    {"g", TypeKind::Double},  {"u", TypeKind::String},
    {"z", TypeKind::Binary},   {"tdD", TypeKind::Date},  {"tsu:UTC", TypeKind::Timestamp},
    {"tsu:", TypeKind::TimestampNtz}, {"tin", TypeKind::CalendarInterval},
};

}  // namespace

std::string arrow_format(const DataType& type) {
  for (const auto& plain : kPlainFormats)
    if (plain.kind == type.kind()) return plain.format;
  switch (type.kind()) {
    case TypeKind::Decimal:
      return "d:" + std::to_string(type.precision()) + "," + std::to_string(type.scale());
    case TypeKind::DayTimeInterval: return "tDu";
    case TypeKind::YearMonthInterval: return "tiM";
    case TypeKind::Array: return "+l";
    case TypeKind::Map: return "+m";
    default: return "+s";
  }
}

Result<DataType> type_from_arrow_format(std::string_view format) {
  for (const auto& plain : kPlainFormats)
    if (format == plain.format) return DataType(plain.kind);
  if (format.starts_with("tsu:")) return DataType(TypeKind::Timestamp);
  if (format == "tDu") return DataType::day_time_interval();
  if (format == "tiM") return DataType::year_month_interval();
  if (!format.starts_with("d:")) return unsupported(format);
  int precision = 0, scale = 0;
  const char* const end = format.data() + format.size();
  const auto first = std::from_chars(format.data() + 2, end, precision);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') return unsupported(format);
  const auto second = std::from_chars(first.ptr + 1, end, scale);
  const bool fits = precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
  if (second.ec != std::errc() || second.ptr != end || !fits) return unsupported(format);
  return DataType::decimal(precision, scale);
}

Result<Schema> import_schema(const ArrowSchema& in) {
  Result<Field> root = import_field(in);
  if (!root) return root.error();
  if (root->type.kind() != TypeKind::Struct) return unsupported(in.format);
  return Schema{root->type.fields()};
}

Result<RecordBatch> import_batch(const ArrowArray& in, const SchemaPtr& schema, RecordPool& pool) {
  if (in.n_children != static_cast<std::int64_t>(schema->size())) return wrong_shape();
  RecordBatch batch = pool.make_batch(schema);
  for (std::size_t c = 0; c < schema->size(); ++c) {
    ArrayImporter importer(*in.children[c], *batch.columns()[c]);
    if (Status done = importer.run(in.offset, in.offset + in.length); !done) return done.error();
  }
  batch.set_num_physical_rows(static_cast<std::uint32_t>(in.length));
  return batch;
}

}  // namespace millrace
