#include "expressions/functions/json_path.hpp"

#include <algorithm>

#include <simdjson.h>

#include "records/number_text.hpp"
#include "records/type.hpp"
#include "records/value_text.hpp"

namespace millrace {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// The text, or the first value of it, parsed by the thread's parser; valid until the next call. Depth is limited to
/// 1024.
std::optional<element> parse_document(std::string_view json) {
  thread_local simdjson::dom::parser parser;
  element root;
  if (parser.parse(json.data(), json.size(), true).get(root) == simdjson::SUCCESS) return root;
  const std::string_view first = first_json_value(json);
  if (first.size() == json.size()) return std::nullopt;
  if (parser.parse(first.data(), first.size(), true).get(root) != simdjson::SUCCESS) return std::nullopt;
  return root;
}

void append_element(std::string& out, const element& value);

void append_object(std::string& out, const simdjson::dom::object& object) {
  out += '{';
  bool first = true;
  for (const auto& field : object) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, field.key);
    out += ':';
    append_element(out, field.value);
  }
  out += '}';
}

void append_array(std::string& out, const simdjson::dom::array& array) {
  out += '[';
  bool first = true;
  for (const element& value : array) {
    if (!first) out += ',';
    first = false;
    append_element(out, value);
  }
  out += ']';
}

void append_element(std::string& out, const element& value) {
  switch (value.type()) {
    case element_type::OBJECT: return append_object(out, value.get_object().value_unsafe());
    case element_type::ARRAY: return append_array(out, value.get_array().value_unsafe());
    case element_type::STRING: return append_json_string(out, value.get_string().value_unsafe());
    case element_type::DOUBLE: return append_double(out, value.get_double().value_unsafe());
    case element_type::INT64: return append_integer(out, value.get_int64().value_unsafe());
    case element_type::UINT64: return void(out += std::to_string(value.get_uint64().value_unsafe()));
    case element_type::BOOL: return void(out += value.get_bool().value_unsafe() ? "true" : "false");
    case element_type::NULL_VALUE: return void(out += "null");
  }
}

using Steps = std::vector<JsonPath::Step>;

/// Every element that the steps from number `at` lead to.
void collect(const element& value, const Steps& steps, std::size_t at, std::vector<element>& found) {
  if (at == steps.size()) return found.push_back(value);
  const JsonPath::Step& step = steps[at];
  using Kind = JsonPath::Step::Kind;
  element next;
  if (step.kind == Kind::Field) {
    simdjson::dom::object object;
    if (value.get(object) == simdjson::SUCCESS &&
        object.at_key(step.name).get(next) == simdjson::SUCCESS)
      collect(next, steps, at + 1, found);
    return;
  }
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return;
  if (step.kind == Kind::Index) {
    if (array.at(step.index).get(next) == simdjson::SUCCESS) collect(next, steps, at + 1, found);
    return;
  }
  for (const element& each : array) collect(each, steps, at + 1, found);
}

/// Type of a JSON value as Spark infers it.
DataType infer_type(const element& value);

DataType wider_type(const DataType& a, const DataType& b) {
  if (a == b || b.is_null()) return a;
  if (a.is_null()) return b;
  if (a.is_numeric() && b.is_numeric()) return DataType(TypeKind::Double);
  if (a.kind() == TypeKind::Array && b.kind() == TypeKind::Array)
    return DataType::array(wider_type(a.element(), b.element()));
  if (a.kind() != TypeKind::Struct || b.kind() != TypeKind::Struct)
    return DataType(TypeKind::String);
  std::vector<Field> fields = a.fields();
  for (const Field& field : b.fields()) {
    auto same = std::find_if(fields.begin(), fields.end(),
                             [&](const Field& known) { return known.name == field.name; });
    if (same == fields.end()) fields.push_back(field);
    else same->type = wider_type(same->type, field.type);
  }
  std::sort(fields.begin(), fields.end(),
            [](const Field& x, const Field& y) { return x.name < y.name; });
  return DataType::structure(std::move(fields));
}

DataType infer_object(const simdjson::dom::object& object) {
  std::vector<Field> fields;
  for (const auto& field : object)
    fields.push_back({std::string(field.key), infer_type(field.value), true});
  std::sort(fields.begin(), fields.end(),
            [](const Field& x, const Field& y) { return x.name < y.name; });
  return DataType::structure(std::move(fields));
}

DataType infer_type(const element& value) {
  switch (value.type()) {
    case element_type::OBJECT: return infer_object(value.get_object().value_unsafe());
    case element_type::ARRAY: {
      DataType common;
      const simdjson::dom::array array = value.get_array().value_unsafe();
      for (const element& each : array)
        common = wider_type(common, infer_type(each));
      return DataType::array(common);
    }
    case element_type::STRING: return TypeKind::String;
    case element_type::DOUBLE: return TypeKind::Double;
    case element_type::INT64: return TypeKind::Long;
    case element_type::UINT64: return DataType::decimal(20, 0);
    case element_type::BOOL: return TypeKind::Boolean;
    case element_type::NULL_VALUE: break;
  }
  return {};
}

/// Types that were never seen become STRING.
DataType without_nulls(const DataType& type) {
  if (type.is_null()) return TypeKind::String;
  if (type.kind() == TypeKind::Array) return DataType::array(without_nulls(type.element()));
  if (type.kind() != TypeKind::Struct) return type;
  std::vector<Field> fields = type.fields();
  for (Field& field : fields) field.type = without_nulls(field.type);
  return DataType::structure(std::move(fields));
}

/// `[0]`, `[*]` or `['name']` at the front of `text`.
bool read_bracket(std::string_view& text, JsonPath::Step& step) {
  using Kind = JsonPath::Step::Kind;
  const std::size_t end =
      text.starts_with("['") ? text.find("']") : text.find(']');
  if (end == text.npos) return false;
  if (text.starts_with("['")) {
    step = {Kind::Field, std::string(text.substr(2, end - 2)), 0};
    text.remove_prefix(end + 2);
    return true;
  }
  const std::string_view inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  if (inside == "*") return step.kind = Kind::AllElements, true;
  if (inside.empty() || inside.size() > 9 ||
      inside.find_first_not_of("0123456789") != inside.npos)
    return false;
  step = {Kind::Index, {}, static_cast<std::size_t>(std::stoul(std::string(inside)))};
  return true;
}

}  // namespace

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  JsonPath path;
  for (text.remove_prefix(1); !text.empty();) {
    Step step{Step::Kind::Field, {}, 0};
    if (text[0] == '.') {
      const std::size_t end = std::min(text.find_first_of(".[", 1), text.size());
      step.name = text.substr(1, end - 1);
      if (step.name.empty() || step.name == "*") return std::nullopt;
      text.remove_prefix(end);
    } else if (text[0] != '[' || !read_bracket(text, step)) {
      return std::nullopt;
    }
    path.steps_.push_back(std::move(step));
  }
  return path;
}

std::string_view first_json_value(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return text;
  if (text[begin] != '{' && text[begin] != '[' && text[begin] != '"')
    return text.substr(0, text.find_first_of(" \t\r\n", begin));
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') ++i;
    else if (c == '"') in_text = !in_text;
    else if (!in_text && (c == '{' || c == '[')) ++depth;
    else if (!in_text && (c == '}' || c == ']')) --depth;
    if (depth == 0 && !in_text) return text.substr(0, i + 1);
  }
  return text;
}

bool JsonPath::find(std::string_view json, std::string& out) const {
  const std::optional<element> root = parse_document(json);
  if (!root) return false;
  std::vector<element> found;
  collect(*root, steps_, 0, found);
  if (found.empty()) return false;
  if (found.size() == 1) {
    if (found[0].is_null() && !steps_.empty()) return false;
    std::string_view text;
    if (found[0].get(text) == simdjson::SUCCESS) out += text;
    else append_element(out, found[0]);
    return true;
  }
  out += '[';
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) out += ',';
    append_element(out, found[i]);
  }
  out += ']';
  return true;
}

int json_array_length(std::string_view json) {
  const std::optional<element> root = parse_document(json);
  simdjson::dom::array array;
  if (!root || root->get(array) != simdjson::SUCCESS) return -1;
  return static_cast<int>(std::distance(array.begin(), array.end()));
}

bool json_object_keys(std::string_view json, std::vector<std::string>& keys) {
  const std::optional<element> root = parse_document(json);
  simdjson::dom::object object;
  if (!root || root->get(object) != simdjson::SUCCESS) return false;
  for (const auto& field : object) keys.emplace_back(field.key);
  return true;
}

std::string schema_of_json(std::string_view json) {
  const std::optional<element> root = parse_document(json);
  return root ? without_nulls(infer_type(*root)).to_sql() : std::string();
}

}  // namespace millrace
