#include <cstring>
#include <memory>

#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/json_path.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/formats/format.hpp"
#include "records/schema_text.hpp"

namespace millrace {

namespace {

using namespace sql;
using std::string_view;
using Columns = std::vector<ColumnRef>;

auto make_get_json_object(const FunctionCall&, const Arguments& arguments) {
  std::shared_ptr<const JsonPath> path;
  const std::optional<std::string> text = constant_text(*arguments[1]);
  if (const std::optional<JsonPath> parsed = text ? JsonPath::parse(*text) : std::nullopt)
    path = std::make_shared<const JsonPath>(*parsed);
  const auto find = [path](CallRow& row, string_view json,
                           string_view path_text) -> std::optional<string_view> {
    std::string out;
    if (path) return path->find(json, out) ? std::optional(row.copy(out)) : std::nullopt;
    const std::optional<JsonPath> parsed = JsonPath::parse(path_text);
    if (!parsed || !parsed->find(json, out)) return std::nullopt;
    return row.copy(out);
  };
  return Result<std::decay_t<decltype(find)>>(find);
}

/// Options of a constant map argument.
Result<Options> options_argument(const FunctionCall& call, std::size_t index) {
  Options options;
  if (call.arguments.size() <= index) return options;
  const std::optional<Value> value =
      is_kind(call, index, TypeKind::Map) ? constant_value(*call.arguments[index]) : std::nullopt;
  const auto* entries = value ? std::get_if<std::vector<Value>>(&value->storage) : nullptr;
  if (!entries)
    return row_error("INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06",
                     "Invalid options: Must use the `map()` function for options.");
  for (std::size_t i = 0; i + 1 < entries->size(); i += 2) {
    const auto* name = std::get_if<std::string>(&(*entries)[i].storage);
    const auto* text = std::get_if<std::string>(&(*entries)[i + 1].storage);
    if (!name || !text)
      return row_error("INVALID_OPTIONS.NON_STRING_TYPE", "42K06",
                       "Invalid options: A type of keys and values in `map()` must be string.");
    options.set(*name, *text);
  }
  return options;
}

Result<DataType> schema_argument(const FunctionCall& call) {
  const std::optional<std::string> text =
      call.arguments[1] ? constant_text(*call.arguments[1]) : std::nullopt;
  if (!text)
    return row_error("INVALID_SCHEMA.NON_STRING_LITERAL", "42K07",
                     "The input schema \"" + column_name(*call.syntax[1]) +
                         "\" is not a valid schema string. The input expression must be string "
                         "literal and not null.");
  Result<Schema> schema = parse_schema(*text);
  if (schema) return DataType::structure(schema->fields);
  Result<DataType> type = parse_type(*text);
  if (type) return *type;
  return schema.error();
}

/// Decodes texts one by one with the JSON format. An array or map is decoded as a field of an object.
class JsonReader {
 public:
  JsonReader(const DataType& type, const Options& options, std::string zone)
      : wrapped_(type.kind() != TypeKind::Struct) {
    Schema schema;
    schema.fields = wrapped_ ? std::vector<Field>{{"value", type, true}} : type.fields();
    for (Field& field : schema.fields) field.nullable = true;
    schema_ = std::make_shared<const Schema>(std::move(schema));
    settings_.options = options;
    settings_.time_zone = std::move(zone);
  }

  const SchemaPtr& schema() const { return schema_; }
  bool is_wrapped() const { return wrapped_; }
  Result<std::unique_ptr<RecordDecoder>> make() const {
    return make_decoder("json", schema_, settings_);
  }

  /// Appends exactly one row to `batch`; NULLs where the text is malformed.
  Status read(RecordDecoder& decoder, string_view json, std::string& buffer,
              RecordBatch& batch) const {
    buffer.assign(wrapped_ ? "{\"value\":" : "");
    for (char c : json) buffer += c == '\n' || c == '\r' ? ' ' : c;
    buffer += wrapped_ ? "}\n" : "\n";
    const std::size_t size = buffer.size();
    buffer.append(kDecodePadding, ' ');
    const std::uint32_t row = batch.num_physical_rows();
    const Result<std::size_t> used =
        decoder.decode(string_view(buffer).substr(0, size), true, row + 1, batch, ColumnRef());
    if (batch.num_physical_rows() == row) {
      for (ColumnRef& column : batch.columns()) column->append_null();
      batch.set_num_physical_rows(row + 1);
    }
    return used ? Status() : Status(used.error());
  }

 private:
  bool wrapped_;
  SchemaPtr schema_;
  FormatSettings settings_;
};

void pad_to(RecordBatch& batch, std::uint32_t row) {
  for (std::uint32_t n = batch.num_physical_rows(); n < row; ++n)
    for (ColumnRef& column : batch.columns()) column->append_null();
  batch.set_num_physical_rows(std::max(batch.num_physical_rows(), row));
}

void read_column(const JsonReader& reader, EvalContext& context, const Columns& columns, Rows rows,
                 Column& out) {
  Result<std::unique_ptr<RecordDecoder>> decoder = reader.make();
  RecordBatch batch = context.pool.make_batch(reader.schema());
  std::string buffer;
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    const string_view json = columns[0]->at<string_view>(row);
    if (json.find_first_not_of(" \t\r\n") == string_view::npos) return out.set_null(row);
    pad_to(batch, row);
    const Status status = decoder ? reader.read(**decoder, json, buffer, batch)
                                  : Status(decoder.error());
    if (status) return;
    out.set_null(row);
    context.fail(row, status.error());
  });
  pad_to(batch, rows.end());
  if (!reader.is_wrapped()) {
    for (std::size_t c = 0; c < batch.num_columns(); ++c) out.set_child(c, batch.column_ref(c));
    return;
  }
  const Column& values = batch.column(0);
  for (std::size_t c = 0; c < values.num_children(); ++c) out.set_child(c, values.child(c));
  rows.for_each([&](std::uint32_t row) {
    if (out.is_null(row)) return;
    out.mutable_values<ListSlot>()[row] = values.at<ListSlot>(row);
    if (values.is_null(row)) out.set_null(row);
  });
}

Result<BoundExpressionPtr> bind_from_json(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  Result<BoundExpressionPtr> text = coerce_argument(call, 0, DataType(TypeKind::String));
  if (!text) return text.error();
  Result<DataType> type = schema_argument(call);
  if (!type) return type.error();
  if (!type->is_nested())
    return type_mismatch(call, "INVALID_JSON_SCHEMA",
                         "Input schema \"" + type->to_sql() +
                             "\" must be a struct, an array, a map or a variant");
  Result<Options> options = options_argument(call, 2);
  if (!options) return options.error();
  const JsonReader reader(*type, *options, call.settings.time_zone);
  if (const auto decoder = reader.make(); !decoder) return decoder.error();
  return make_call(*type, true, {*text},
                   [reader](EvalContext& context, const Columns& columns, Rows rows, Column& out) {
                     read_column(reader, context, columns, rows, out);
                   });
}

Result<BoundExpressionPtr> bind_to_json(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 1, 2); !status) return status.error();
  if (!call.arguments[0] || !call.arguments[0]->type().is_nested())
    return unexpected_input_type(call, 0, "(\"STRUCT\" or \"ARRAY\" or \"MAP\")");
  Result<Options> options = options_argument(call, 1);
  if (!options) return options.error();
  JsonStyle style;
  style.zone = session_zone(call);
  if (const OptionText* ignore = options->find("ignoreNullFields"))
    style.ignore_null_fields = !equal_ignoring_case(ignore->value, "false");
  return make_call(DataType(TypeKind::String), true, {call.arguments[0]},
                   [style](EvalContext&, const Columns& columns, Rows rows, Column& out) {
                     std::string text;
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       text.clear();
                       append_json(text, *columns[0], row_of(*columns[0], row), style);
                       out.mutable_values<string_view>()[row] = out.arena().copy(text);
                     });
                   });
}

std::optional<std::int32_t> array_length(string_view json) {
  const int length = json_array_length(json);
  if (length < 0) return std::nullopt;
  return length;
}

Result<BoundExpressionPtr> bind_object_keys(const FunctionCall& call) {
  const DataType text(TypeKind::String);
  Result<Arguments> arguments = coerce_arguments(call, {text});
  if (!arguments) return arguments.error();
  return make_call(DataType::array(text), true, std::move(*arguments),
                   [](EvalContext&, const Columns& columns, Rows rows, Column& out) {
                     rows.for_each([&](std::uint32_t row) {
                       if (out.is_null(row)) return;
                       std::vector<std::string> keys;
                       if (!json_object_keys(columns[0]->at<string_view>(row), keys))
                         return out.set_null(row);
                       const ListWriter list(out, row);
                       for (const std::string& key : keys) out.child(0)->append_bytes(key);
                     });
                   });
}

}  // namespace

void register_json_functions(FunctionRegistry& registry) {
  FunctionGroup json(registry, "json");
  json.add_bound<String(String, String)>("get_json_object(json, path)",
                                         "What a path like $.a[0].b finds, as text.",
                                         make_get_json_object);
  json.add_custom("from_json(json, schema[, options])", "Values of a schema from JSON.",
                  bind_from_json);
  json.add_custom("to_json(value[, options])", "A struct, array or map as JSON.", bind_to_json);
  json.add<Int(String)>("json_array_length(json)", "Number of elements of a JSON array.",
                        array_length);
  json.add_custom("json_object_keys(json)", "Keys of a JSON object.", bind_object_keys);
  json.add<String(String)>("schema_of_json(json)", "The schema of a JSON text as DDL.",
                           [](CallRow& row, string_view text) {
                             return row.copy(schema_of_json(text));
                           });
}

}  // namespace millrace
