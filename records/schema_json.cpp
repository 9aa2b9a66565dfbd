#include "records/schema_json.hpp"

#include <simdjson.h>

#include "records/schema_text.hpp"

namespace millrace {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

Error bad_schema(std::string what) {
  Error error = make_error(ErrorKind::Usage, "schema: not the JSON of a StructType: " + what,
                           "write it as DDL, for example 'id BIGINT, name STRING'");
  error.error_class = "PARSE_SYNTAX_ERROR";
  error.sql_state = "42601";
  return error;
}

bool flag(const object& json, const char* key) {
  bool value = true;
  return json[key].get(value) != simdjson::SUCCESS || value;
}

Result<DataType> type_from(const element& json);

Result<std::vector<Field>> fields_from(const object& json) {
  simdjson::dom::array list;
  if (json["fields"].get(list)) return bad_schema("a struct without 'fields'");
  std::vector<Field> fields;
  for (element item : list) {
    object field;
    std::string_view name;
    element type_json;
    if (item.get(field) || field["name"].get(name)) return bad_schema("a field without 'name'");
    if (field["type"].get(type_json)) return bad_schema("a field without 'type'");
    Result<DataType> type = type_from(type_json);
    if (!type) return type.error();
    fields.push_back({std::string(name), *type, flag(field, "nullable")});
  }
  return fields;
}

Result<DataType> array_from(const object& json) {
  element element_json;
  if (json["elementType"].get(element_json)) return bad_schema("an array without 'elementType'");
  Result<DataType> type = type_from(element_json);
  if (!type) return type;
  return DataType::array(*type, flag(json, "containsNull"));
}

Result<DataType> map_from(const object& json) {
  element key_json, value_json;
  if (json["keyType"].get(key_json) || json["valueType"].get(value_json))
    return bad_schema("a map without 'keyType' or 'valueType'");
  Result<DataType> key = type_from(key_json);
  if (!key) return key;
  Result<DataType> value = type_from(value_json);
  if (!value) return value;
  return DataType::map(*key, *value, flag(json, "valueContainsNull"));
}

Result<DataType> type_from(const element& json) {
  std::string_view name;
  if (json.get(name) == simdjson::SUCCESS) return parse_type(name);
  object nested;
  if (json.get(nested) || nested["type"].get(name)) return bad_schema("a type without 'type'");
  if (name == "array") return array_from(nested);
  if (name == "map") return map_from(nested);
  if (name != "struct") return bad_schema("unknown nested type '" + std::string(name) + "'");
  Result<std::vector<Field>> fields = fields_from(nested);
  if (!fields) return fields.error();
  return DataType::structure(*std::move(fields));
}

}  // namespace

Result<Schema> parse_schema_json(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (auto failed = parser.parse(text.data(), text.size()).get(root))
    return bad_schema(simdjson::error_message(failed));
  Result<DataType> type = type_from(root);
  if (!type) return type.error();
  if (type->kind() != TypeKind::Struct) return bad_schema("the type is no struct");
  return Schema{type->fields()};
}

}  // namespace millrace
