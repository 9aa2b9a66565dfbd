#include "topology/json_schema.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace millrace {
namespace {

using Json = nlohmann::ordered_json;
using Declarations = std::vector<OptionDeclaration>;

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::Text: return "text";
    case OptionType::Boolean: return "boolean";
    case OptionType::Integer: return "integer";
    case OptionType::Bytes: return "bytes";
    case OptionType::Duration: return "duration";
    case OptionType::Choice: return "choice";
    case OptionType::List: return "list";
    case OptionType::Map: return "map";
  }
  return "text";
}

// Values may also be `${NAME}`, so text is allowed everywhere.
Json value_schema(const OptionDeclaration& option) {
  Json schema;
  switch (option.type) {
    case OptionType::Boolean: schema["type"] = {"boolean", "string"}; break;
    case OptionType::Integer:
    case OptionType::Bytes: schema["type"] = {"integer", "string"}; break;
    case OptionType::Choice:
      schema["anyOf"] = {{{"enum", option.choices}}, {{"type", "string"}, {"pattern", "\\$\\{"}}};
      break;
    case OptionType::List: schema["type"] = {"array", "string", "boolean", "null"}; break;
    case OptionType::Map: schema["type"] = "object"; break;
    case OptionType::Text: schema["type"] = {"string", "number", "boolean", "array", "object"}; break;
    case OptionType::Duration: schema["type"] = "string"; break;
  }
  if (!option.summary.empty()) schema["description"] = option.summary;
  if (!option.default_text.empty()) schema["default"] = option.default_text;
  return schema;
}

Json properties_of(const std::vector<const Declarations*>& lists) {
  Json properties = Json::object();
  for (const Declarations* list : lists)
    for (const OptionDeclaration& option : *list) properties[option.name] = value_schema(option);
  return properties;
}

Json required_of(const std::vector<const Declarations*>& lists) {
  Json required = Json::array();
  for (const Declarations* list : lists)
    for (const OptionDeclaration& option : *list)
      if (option.required) required.push_back(option.name);
  return required;
}

Json closed_object(const std::vector<const Declarations*>& lists) {
  Json schema{{"type", "object"}, {"properties", properties_of(lists)}};
  const Json required = required_of(lists);
  if (!required.empty()) schema["required"] = required;
  schema["additionalProperties"] = false;
  return schema;
}

/// `type` decides which options there are.
template <class Types>
Json component_schema(const Types& types, const Declarations& keys, const Json& watermark) {
  Json names = Json::array();
  Json cases = Json::array();
  for (const auto& type : types) {
    names.push_back(type.name);
    Declarations options = options_of(type, "");
    Json then = closed_object({&keys, &options});
    then["properties"]["type"] = {{"const", type.name}, {"description", type.summary}};
    if (!watermark.is_null()) then["properties"]["watermark"] = watermark;
    cases.push_back({{"if", {{"properties", {{"type", {{"const", type.name}}}}}}}, {"then", then}});
  }
  // Spark's names of file formats stand for `type: file`.
  for (const std::string& format : format_names())
    if (std::find(names.begin(), names.end(), format) == names.end()) names.push_back(format);
  return {{"type", "object"},
          {"required", required_of({&keys})},
          {"properties", {{"type", {{"enum", names}}}}},
          {"allOf", cases}};
}

Json operator_schema(const Json& watermark) {
  Json schema = closed_object({&operator_keys(), &operator_verbs(), &group_keys()});
  schema["properties"]["join"] = closed_object({&join_keys()});
  schema["properties"]["transformWithState"] = closed_object({&transform_keys()});
  schema["properties"]["withWatermark"] = watermark;
  schema["properties"]["withColumn"] = {{"type", "object"},
                                        {"additionalProperties", {{"type", {"string", "number", "boolean"}}}}};
  Json verbs = Json::array();
  for (const OptionDeclaration& verb : operator_verbs())
    if (verb.name != "groupBy") verbs.push_back({{"required", {verb.name}}});
  verbs.push_back({{"required", {"agg"}}});
  schema["oneOf"] = verbs;
  return schema;
}

Json named(const Json& definition) {
  return {{"type", "object"}, {"additionalProperties", definition}};
}

}  // namespace

std::string topology_json_schema(const std::vector<SourceType>& sources,
                                 const std::vector<SinkType>& sinks) {
  const Json watermark = closed_object({&watermark_keys()});
  Json trigger = closed_object({&trigger_keys()});
  trigger["minProperties"] = trigger["maxProperties"] = 1;
  Json schema = closed_object({&topology_keys()});
  schema["properties"]["sources"] = named(component_schema(sources, source_keys(), watermark));
  schema["properties"]["operators"] = named(operator_schema(watermark));
  schema["properties"]["sinks"] = named(component_schema(sinks, sink_keys(), Json()));
  schema["properties"]["trigger"] = {{"anyOf", {{{"type", "string"}}, trigger}}};
  schema["properties"]["settings"] = closed_object({&settings_keys()});
  schema["required"] = {"sinks"};
  Json document{{"$schema", "http://json-schema.org/draft-07/schema#"},
                {"title", "Millrace topology file"}};
  document.update(schema);
  return document.dump(2);
}

std::string option_json(const OptionDeclaration& option) {
  Json json{{"name", option.name}, {"type", type_name(option.type)}};
  if (!option.default_text.empty() && !option.secret) json["default"] = option.default_text;
  if (!option.choices.empty()) json["choices"] = option.choices;
  json["required"] = option.required;
  json["summary"] = option.summary;
  if (!option.deprecated_by.empty()) json["deprecatedBy"] = option.deprecated_by;
  return json.dump();
}

}  // namespace millrace
