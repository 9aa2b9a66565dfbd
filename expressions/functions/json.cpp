#include "expressions/functions/argument_types.hpp"
#include "expressions/functions/collections.hpp"
#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/json_path.hpp"
#include "expressions/functions/record_text.hpp"
#include "expressions/functions/value_access.hpp"
#include "records/schema_text.hpp"

#include <cstring>
#include <memory>

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

Result<BoundExpressionPtr> bind_from_json(const FunctionCall& call) {
  if (Status status = check_num_arguments(call, 2, 3); !status) return status.error();
  Result<BoundExpressionPtr> text = coerce_argument(call, 0, DataType(TypeKind::String));
  if (!text) return text.error();
  Result<DataType> type = schema_argument(call);
  if (!type) return type.error();
  if (!type->is_nested())
    return type_mismatch(
        call, "INVALID_JSON_SCHEMA",
        "Input schema \"" + type->to_sql() + "\" must be a struct, an array, a map or a variant");
  Result<Options> options = options_argument(call, 2);
  if (!options) return options.error();
  const RecordTextReader reader("json", *type, *options, call.settings.time_zone);
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
  json.add_custom("get_json_object(json, path)", "What a path like $.a[0].b finds, as text.",
                  takes_only_text(FunctionGroup::binder<String(String, String)>(make_get_json_object)));
  json.add_custom("from_json(json, schema[, options])", "Values of a schema from JSON.",
                  takes_only_text(bind_from_json));
  json.add_custom("to_json(value[, options])", "A struct, array or map as JSON.", bind_to_json);
  json.add_custom("json_array_length(json)", "Number of elements of a JSON array.",
                  takes_only_text(FunctionGroup::binder<Int(String)>(plain(array_length))));
  json.add_custom("json_object_keys(json)", "Keys of a JSON object.", takes_only_text(bind_object_keys));
  json.add_custom("schema_of_json(json)", "The schema of a JSON text as DDL.",
                  takes_only_text(FunctionGroup::binder<String(String)>(plain(
                      [](CallRow& row, string_view text) { return row.copy(schema_of_json(text)); }))));
}

}  // namespace millrace
