#include "records/formats/json_row_reader.hpp"

#include <cstring>

#include "records/formats/format.hpp"
#include "records/formats/json_scalar.hpp"

namespace millrace {

namespace {

constexpr int kMaxDepth = 1000;  // Jackson's limit

JsonNode make_node(const DataType& type) {
  JsonNode node;
  node.type = type;
  for (const Field& field : type.fields()) {
    node.children.push_back(make_node(field.type));
    node.names.push_back(field.name);
  }
  node.seen.resize(node.children.size());
  return node;
}

std::string_view trim_end(std::string_view token) {
  while (static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

JsonOutcome worse(JsonOutcome a, JsonOutcome b) { return a < b ? b : a; }

/// A list with an element that does not fit is NULL as a whole, unless the elements are structs: those keep what fits.
bool spoils_all(JsonOutcome outcome, const JsonNode& element) {
  return outcome == JsonOutcome::Spoiled && element.type.kind() != TypeKind::Struct;
}

/// Bytes of a key up to its closing quote; sets `escaped` when it holds a backslash.
std::size_t key_length(const char* key, bool& escaped) {
  std::size_t length = 0;
  for (escaped = false; key[length] != '"'; ++length) {
    if (key[length] != '\\') continue;
    escaped = true;
    ++length;
  }
  return length;
}

}  // namespace

void clear_value(Column& column, std::size_t row) {
  const std::size_t width = column.type().width();
  if (width != 0) std::memset(column.mutable_values<std::byte>() + row * width, 0, width);
  column.set_null(row);
  if (column.type().kind() != TypeKind::Struct) return;
  for (std::size_t c = 0; c < column.num_children(); ++c) clear_value(*column.child(c), row);
}

void revive_value(Column& column, std::size_t row) {
  column.set_valid(row);
  if (column.type().kind() != TypeKind::Struct) return;
  for (std::size_t c = 0; c < column.num_children(); ++c) revive_value(*column.child(c), row);
}

JsonRowReader::JsonRowReader(const Schema& schema, int skipped_column, TimeFormats formats)
    : root_(make_node(DataType::structure(schema.fields))), formats_(std::move(formats)) {
  // A name that no key has: the column stays out of the way and out of the count.
  if (skipped_column >= 0) root_.seen[static_cast<std::size_t>(skipped_column)] = UINT32_MAX;
}

void JsonRowReader::bind(RecordBatch& batch, const ColumnRef& owner) {
  has_owner_ = static_cast<bool>(owner);
  for (std::size_t i = 0; i < root_.children.size(); ++i)
    bind_node(root_.children[i], *batch.columns()[i], owner);
}

void JsonRowReader::bind_node(JsonNode& node, Column& column, const ColumnRef& owner) {
  node.column = &column;
  if (owner && node.type.kind() == TypeKind::String) column.keep(owner);
  for (std::size_t i = 0; i < node.children.size(); ++i)
    bind_node(node.children[i], *column.child(i), owner);
}

void JsonRowReader::clear_row(std::size_t row) {
  for (JsonNode& child : root_.children) clear_value(*child.column, row);
}

JsonOutcome JsonRowReader::read_row(simdjson::ondemand::document& document,
                                    simdjson::ondemand::object object, std::size_t row) {
  document_ = &document;
  return read_object(root_, object, row, 1);
}

int JsonRowReader::find_field(JsonNode& node, const char* key, std::size_t position) {
  if (position < node.known_keys.size()) {
    const JsonNode::KnownKey& known = node.known_keys[position];
    if (std::memcmp(key, known.text.data(), known.text.size()) == 0 && key[known.text.size()] == '"')
      return known.child;
  }
  return look_up(node, key, position);
}

int JsonRowReader::look_up(JsonNode& node, const char* key, std::size_t position) {
  bool escaped = false;
  const std::size_t length = key_length(key, escaped);
  std::string_view name(key, length);
  if (escaped) {
    scratch_.resize(length + simdjson::SIMDJSON_PADDING);
    auto* target = reinterpret_cast<std::uint8_t*>(scratch_.data());
    // The parser makes its decoder of strings when it first allocates.
    if (key_parser_.capacity() == 0 && key_parser_.allocate(simdjson::SIMDJSON_PADDING)) return -1;
    const auto raw = simdjson::ondemand::raw_json_string(reinterpret_cast<const std::uint8_t*>(key));
    if (key_parser_.unescape(raw, target).get(name)) return -1;
  }
  int child = -1;
  for (std::size_t i = 0; i < node.names.size() && child < 0; ++i)
    if (node.names[i] == name && node.seen[i] != UINT32_MAX) child = static_cast<int>(i);
  // Longer keys are not remembered: comparing them could read beyond the padding.
  if (length + 1 > kDecodePadding || position > node.known_keys.size()) return child;
  if (position == node.known_keys.size()) node.known_keys.emplace_back();
  node.known_keys[position].text.assign(key, length);
  node.known_keys[position].child = child;
  keys_changed_ = keys_changed_ || &node == &root_;
  return child;
}

JsonOutcome JsonRowReader::read_object(JsonNode& node, simdjson::ondemand::object object,
                                       std::size_t row, int depth) {
  if (depth > kMaxDepth) return JsonOutcome::Broken;
  if (++node.round == UINT32_MAX) node.round = 1;
  const std::uint32_t round = node.round;
  JsonOutcome outcome = JsonOutcome::Right;
  std::size_t position = 0;
  std::size_t num_seen = 0;
  for (auto next : object) {
    simdjson::ondemand::field field;
    if (std::move(next).get(field)) return JsonOutcome::Broken;
    const int found = find_field(node, field.key().raw(), position++);
    if (found < 0) {
      if (!is_well_formed(field.value(), depth)) return JsonOutcome::Broken;
      continue;
    }
    const auto index = static_cast<std::size_t>(found);
    JsonNode& child = node.children[index];
    if (node.seen[index] == round) revive_value(*child.column, row);
    else ++num_seen;
    node.seen[index] = round;
    outcome = worse(outcome, read_value(child, field.value(), row, depth));
    if (outcome == JsonOutcome::Broken) return outcome;
  }
  if (num_seen == node.children.size()) return outcome;
  for (std::size_t i = 0; i < node.children.size(); ++i)
    if (node.seen[i] != round) clear_value(*node.children[i].column, row);
  return outcome;
}

JsonOutcome JsonRowReader::read_value(JsonNode& node, Json value, std::size_t row, int depth) {
  const std::string_view token = trim_end(value.raw_json_token());
  if (token == "null") {
    clear_value(*node.column, row);
    return JsonOutcome::Right;
  }
  switch (node.type.kind()) {
    case TypeKind::String: return read_string(node, value, token, row, depth);
    case TypeKind::Array: return read_array(node, value, row, depth);
    case TypeKind::Map: return read_map(node, value, row, depth);
    case TypeKind::Struct: {
      simdjson::ondemand::object object;
      if (token[0] != '{' || value.get_object().get(object)) return spoil(node, value, row, depth);
      return read_object(node, object, row, depth + 1);
    }
    default: return read_scalar(node, value, token, row, depth);
  }
}

JsonOutcome JsonRowReader::read_scalar(JsonNode& node, Json value, std::string_view token,
                                       std::size_t row, int depth) {
  const char first = token[0];
  Column& column = *node.column;
  if (first == '"') {
    std::string_view text;
    if (!text_of(value, token, text)) return JsonOutcome::Broken;
    // Only binary may be empty.
    const bool may_fit = !text.empty() || node.type.kind() == TypeKind::Binary;
    if (may_fit && write_json_text(column, row, text, formats_, scratch_))
      return JsonOutcome::Right;
    clear_value(column, row);
    return JsonOutcome::Spoiled;
  }
  if (node.type.kind() == TypeKind::Boolean && (token == "true" || token == "false")) {
    column.mutable_values<std::uint8_t>()[row] = token == "true";
    return JsonOutcome::Right;
  }
  if (node.type.is_integral() && write_json_integer(column, row, token)) return JsonOutcome::Right;
  if (is_json_number(token) && write_json_number(column, row, token)) return JsonOutcome::Right;
  return spoil(node, value, row, depth);
}

bool JsonRowReader::text_of(Json value, std::string_view token, std::string_view& text) {
  if (token.size() < 2 || token.back() != '"') return false;
  text = token.substr(1, token.size() - 2);
  if (text.find('\\') == std::string_view::npos) return true;
  return value.get_string().get(text) == simdjson::SUCCESS;
}

JsonOutcome JsonRowReader::read_string(JsonNode& node, Json value, std::string_view token,
                                       std::size_t row, int depth) {
  Column& column = *node.column;
  std::string_view text = token;
  bool is_view = has_owner_ && !copies_;
  if (token[0] == '"') {
    if (!text_of(value, token, text)) return JsonOutcome::Broken;
    is_view = is_view && text.data() == token.data() + 1;
  } else {
    // Anything else is kept as it stands in the input.
    if (!is_well_formed(value, depth)) return JsonOutcome::Broken;
    if (token[0] == '{' || token[0] == '[') {
      const char* end = nullptr;
      if (document_->current_location().get(end)) return JsonOutcome::Broken;
      text = trim_end({token.data(), static_cast<std::size_t>(end - token.data())});
    }
  }
  column.mutable_values<std::string_view>()[row] = is_view ? text : column.arena().copy(text);
  return JsonOutcome::Right;
}

JsonOutcome JsonRowReader::read_array(JsonNode& node, Json value, std::size_t row, int depth) {
  simdjson::ondemand::array array;
  if (depth > kMaxDepth) return JsonOutcome::Broken;
  if (value.get_array().get(array)) return spoil(node, value, row, depth);
  JsonNode& element = node.children[0];
  const std::size_t first = element.column->size();
  JsonOutcome outcome = JsonOutcome::Right;
  for (auto next : array) {
    Json item;
    if (std::move(next).get(item)) return JsonOutcome::Broken;
    const std::size_t at = element.column->size();
    element.column->resize(at + 1);
    outcome = worse(outcome, read_value(element, item, at, depth + 1));
    if (outcome == JsonOutcome::Broken) return outcome;
  }
  node.column->mutable_values<ListSlot>()[row] = {
      static_cast<std::uint32_t>(first),
      static_cast<std::uint32_t>(element.column->size() - first)};
  if (spoils_all(outcome, element)) clear_value(*node.column, row);
  return outcome;
}

JsonOutcome JsonRowReader::read_map(JsonNode& node, Json value, std::size_t row, int depth) {
  simdjson::ondemand::object object;
  if (depth > kMaxDepth) return JsonOutcome::Broken;
  if (value.get_object().get(object)) return spoil(node, value, row, depth);
  JsonNode& element = node.children[1];
  Column& keys = *node.children[0].column;
  const std::size_t first = keys.size();
  JsonOutcome outcome = JsonOutcome::Right;
  for (auto next : object) {
    simdjson::ondemand::field field;
    std::string_view key;
    if (std::move(next).get(field) || field.unescaped_key().get(key)) return JsonOutcome::Broken;
    keys.append_bytes(key);
    const std::size_t at = element.column->size();
    element.column->resize(at + 1);
    outcome = worse(outcome, read_value(element, field.value(), at, depth + 1));
    if (outcome == JsonOutcome::Broken) return outcome;
  }
  node.column->mutable_values<ListSlot>()[row] = {static_cast<std::uint32_t>(first),
                                                  static_cast<std::uint32_t>(keys.size() - first)};
  if (spoils_all(outcome, element)) clear_value(*node.column, row);
  return outcome;
}

JsonOutcome JsonRowReader::spoil(JsonNode& node, Json value, std::size_t row, int depth) {
  clear_value(*node.column, row);
  return is_well_formed(value, depth) ? JsonOutcome::Spoiled : JsonOutcome::Broken;
}

bool JsonRowReader::is_well_formed(Json value, int depth) {
  if (depth > kMaxDepth) return false;
  const std::string_view token = trim_end(value.raw_json_token());
  if (token[0] == '{') {
    simdjson::ondemand::object object;
    if (value.get_object().get(object)) return false;
    for (auto next : object) {
      simdjson::ondemand::field field;
      if (std::move(next).get(field) || !is_well_formed(field.value(), depth + 1)) return false;
    }
    return true;
  }
  if (token[0] == '[') {
    simdjson::ondemand::array array;
    if (value.get_array().get(array)) return false;
    for (auto next : array) {
      Json item;
      if (std::move(next).get(item) || !is_well_formed(item, depth + 1)) return false;
    }
    return true;
  }
  if (token[0] == '"') return token.size() > 1 && token.back() == '"';
  return token == "true" || token == "false" || token == "null" || is_json_number(token);
}

}  // namespace millrace
