#include "sources/schema_inference.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include <simdjson.h>

#include "records/columnar/columnar_file.hpp"
#include "records/formats/format.hpp"
#include "records/number_text.hpp"
#include "records/option_value.hpp"
#include "records/time_text.hpp"

namespace millrace {
namespace {

// Deeper values are STRING: a hostile line must not exhaust the stack.
constexpr std::size_t kMaxDepth = 100;
constexpr std::size_t kRowsAtOnce = 4096;

DataType structure_of(std::map<std::string, DataType> fields) {
  std::vector<Field> sorted;
  for (auto& [name, type] : fields) sorted.push_back({name, std::move(type)});
  return DataType::structure(std::move(sorted));
}

DataType joined_structs(const DataType& a, const DataType& b) {
  std::map<std::string, DataType> fields;
  for (const DataType* type : {&a, &b})
    for (const Field& field : type->fields()) {
      const auto [known, is_new] = fields.emplace(field.name, field.type);
      if (!is_new) known->second = common_type(known->second, field.type);
    }
  return structure_of(std::move(fields));
}

DataType type_of(const simdjson::dom::element& value);

DataType array_type(const simdjson::dom::array& array) {
  DataType element;
  for (const simdjson::dom::element& one : array) element = common_type(element, type_of(one));
  return DataType::array(element);
}

DataType object_type(const simdjson::dom::object& object) {
  std::map<std::string, DataType> fields;
  for (const auto& [name, value] : object) {
    DataType& type = fields[std::string(name)];
    type = common_type(type, type_of(value));
  }
  return structure_of(std::move(fields));
}

DataType type_of(const simdjson::dom::element& value) {
  using Kind = simdjson::dom::element_type;
  switch (value.type()) {
    case Kind::ARRAY: return array_type(value.get_array().value_unsafe());
    case Kind::OBJECT: return object_type(value.get_object().value_unsafe());
    case Kind::INT64: return TypeKind::Long;
    case Kind::UINT64: return DataType::decimal(20, 0);
    case Kind::DOUBLE: return TypeKind::Double;
    case Kind::STRING: return TypeKind::String;
    case Kind::BOOL: return TypeKind::Boolean;
    case Kind::NULL_VALUE: return {};
  }
  return {};
}

/// Columns need a type: what was never anything but NULL is text.
DataType without_null(const DataType& type) {
  if (type.is_null()) return TypeKind::String;
  if (type.kind() == TypeKind::Array) return DataType::array(without_null(type.element()));
  if (type.kind() != TypeKind::Struct) return type;
  std::vector<Field> fields;
  for (const Field& field : type.fields()) fields.push_back({field.name, without_null(field.type)});
  return DataType::structure(std::move(fields));
}

int number_rank(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::Int: return 1;
    case TypeKind::Long: return 2;
    case TypeKind::Decimal: return 3;
    case TypeKind::Double: return 4;
    default: return 0;
  }
}

bool is_day(const DataType& type) {
  return type.kind() == TypeKind::Date || type.kind() == TypeKind::Timestamp;
}

Error nothing_to_infer(const std::string& format) {
  static const std::map<std::string, std::string> names{
      {"csv", "CSV"}, {"json", "JSON"}, {"orc", "ORC"}, {"parquet", "Parquet"}};
  Error error = make_error(ErrorKind::Config,
                           "Unable to infer schema for " + names.at(format) +
                               ". It must be specified manually.",
                           "set schema, for example schema: id INT, name STRING");
  error.error_class = "UNABLE_TO_INFER_SCHEMA";
  error.sql_state = "42KD9";
  return error;
}

Result<Schema> infer_json(const std::vector<std::string>& files) {
  JsonSchemaInference inference;
  for (const std::string& path : files) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) inference.add(line);
  }
  Schema schema = inference.schema();
  if (schema.size() == 0) return nothing_to_infer("json");
  return schema;
}

/// The fields of CSV files as text, column by column.
class CsvColumns {
 public:
  CsvColumns(Schema schema, const TimeZone& zone)
      : schema_(std::make_shared<const Schema>(std::move(schema))),
        zone_(zone),
        types_(schema_->size()),
        pool_(RecordPool::create()) {}

  Status read(const std::string& path, RecordDecoder& decoder) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::size_t size = bytes.size();
    bytes.resize(size + kDecodePadding);
    decoder.restart();
    for (std::size_t at = 0; at < size;) {
      RecordBatch batch = pool_->make_batch(schema_);
      const auto used =
          decoder.decode({bytes.data() + at, size - at}, true, kRowsAtOnce, batch, ColumnRef());
      if (!used) return used.error();
      take(batch);
      if (*used == 0) break;
      at += *used;
    }
    return {};
  }

  Schema schema() const {
    Schema out = *schema_;
    for (std::size_t c = 0; c < out.size(); ++c) out.fields[c].type = without_null(types_[c]);
    return out;
  }

 private:
  void take(const RecordBatch& batch) {
    for (std::size_t c = 0; c < types_.size(); ++c)
      for (std::uint32_t row = 0; row < batch.num_physical_rows(); ++row)
        if (!batch.column(c).is_null(row))
          types_[c] =
              common_type(types_[c], csv_type(batch.column(c).at<std::string_view>(row), zone_));
  }

  SchemaPtr schema_;
  const TimeZone& zone_;
  std::vector<DataType> types_;
  RecordPool::Owner pool_;
};

/// First line of the first file that has one: its header, or as many columns as it has fields.
Result<Schema> csv_header(const std::vector<std::string>& files, const Options& given) {
  const auto has_header = boolean_option(given, "header", false);
  if (!has_header.ok()) return has_header.error();
  const std::string separator = text_option(given, "sep", text_option(given, "delimiter", ","));
  std::string line;
  for (auto path = files.begin(); path != files.end() && line.empty(); ++path) {
    std::ifstream file(*path, std::ios::binary);
    std::getline(file, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
  }
  if (line.empty() || separator.empty()) return nothing_to_infer("csv");
  Schema schema;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(separator, begin), line.size());
    std::string name = line.substr(begin, end - begin);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    if (!*has_header || name.empty()) name = "_c" + std::to_string(schema.size());
    schema.fields.push_back({std::move(name), TypeKind::String});
    begin = end + separator.size();
  }
  return schema;
}

Result<Schema> infer_csv(const std::vector<std::string>& files, const Options& options,
                         const std::string& time_zone) {
  auto header = csv_header(files, options);
  const auto with_types = boolean_option(options, "inferSchema", false);
  if (!with_types.ok()) return with_types.error();
  if (!header.ok() || !*with_types) return header;
  const auto zone = TimeZone::find(time_zone);
  if (!zone.ok()) return zone.error();
  FormatSettings settings;
  settings.options = options;
  settings.time_zone = time_zone;
  auto decoder = make_decoder("csv", std::make_shared<const Schema>(*header), settings);
  if (!decoder.ok()) return decoder.error();
  CsvColumns columns(std::move(*header), *zone);
  for (const std::string& path : files)
    if (Status status = columns.read(path, **decoder); !status) return status.error();
  return columns.schema();
}

Result<Schema> infer_columnar(const std::string& format, const std::vector<std::string>& files) {
  if (files.empty()) return nothing_to_infer(format);
  return columnar_file_schema(format, files.front());
}

}  // namespace

DataType common_type(const DataType& a, const DataType& b) {
  if (a.is_null() || a == b) return b;
  if (b.is_null()) return a;
  const int rank = std::max(number_rank(a), number_rank(b));
  if (number_rank(a) > 0 && number_rank(b) > 0) {
    if (rank == 3) return DataType::decimal(20, 0);
    return rank == number_rank(a) ? a : b;
  }
  if (is_day(a) && is_day(b)) return TypeKind::Timestamp;
  if (a.kind() == TypeKind::Struct && b.kind() == TypeKind::Struct) return joined_structs(a, b);
  if (a.kind() == TypeKind::Array && b.kind() == TypeKind::Array)
    return DataType::array(common_type(a.element(), b.element()));
  return TypeKind::String;
}

struct JsonSchemaInference::State {
  simdjson::dom::parser parser;
  DataType type = DataType::structure({});
};

JsonSchemaInference::JsonSchemaInference() : state_(std::make_unique<State>()) {}
JsonSchemaInference::~JsonSchemaInference() = default;

void JsonSchemaInference::add(std::string_view record) {
  if (state_->parser.max_depth() != kMaxDepth &&
      state_->parser.allocate(std::size_t{1} << 16, kMaxDepth) != simdjson::SUCCESS)
    return;
  simdjson::dom::element value;
  if (state_->parser.parse(record.data(), record.size()).get(value) != simdjson::SUCCESS) return;
  DataType type = type_of(value);
  if (type.kind() == TypeKind::Array) type = type.element();
  if (type.kind() == TypeKind::Struct) state_->type = joined_structs(state_->type, type);
}

Schema JsonSchemaInference::schema() const {
  return Schema{without_null(state_->type).fields()};
}

DataType csv_type(std::string_view field, const TimeZone& zone) {
  if (field.empty()) return {};
  if (parse_integer(field, TypeKind::Int, IntegerSyntax::Ansi)) return TypeKind::Int;
  if (parse_integer(field, TypeKind::Long, IntegerSyntax::Ansi)) return TypeKind::Long;
  if (parse_double(field)) return TypeKind::Double;
  if (field.find('-') != std::string_view::npos) {
    if (field.size() <= 10 && parse_date(field)) return TypeKind::Date;
    if (parse_timestamp(field, zone, 0)) return TypeKind::Timestamp;
  }
  const std::string lower = lower_trimmed(field);
  return lower == "true" || lower == "false" ? TypeKind::Boolean : TypeKind::String;
}

Result<Schema> infer_schema(const std::string& format, const std::vector<std::string>& files,
                            const Options& options, const std::string& time_zone) {
  if (format == "text") return Schema{{{"value", TypeKind::String}}};
  if (is_columnar_format(format)) return infer_columnar(format, files);
  if (format == "csv") return infer_csv(files, options, time_zone);
  return infer_json(files);
}

}  // namespace millrace
