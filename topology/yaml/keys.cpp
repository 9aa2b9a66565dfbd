#include "topology/yaml/readers.hpp"

namespace millrace::yaml {

plan::NodePtr node_with_options(plan::Node::Kind kind, std::vector<plan::NodePtr> inputs,
                                const Origin& origin, Options options) {
  auto node = std::make_shared<plan::Node>();
  node->kind = std::move(kind);
  node->id = plan::next_node_id();
  node->origin = origin;
  node->inputs = std::move(inputs);
  node->options = std::move(options);
  return node;
}

void check_keys(LoadContext& context, const std::string& what, const YamlValue& map,
                const std::vector<const std::vector<OptionDeclaration>*>& known) {
  std::vector<std::string> names;
  for (const auto* list : known)
    for (const OptionDeclaration& option : *list) names.push_back(option.name);
  for (const YamlEntry& entry : map.entries) {
    bool is_known = false;
    for (const auto* list : known) is_known = is_known || find_option(*list, entry.key.text);
    if (!is_known) context.unknown_key(what, entry.key, names);
  }
}

const YamlValue* checked_value(LoadContext& context, const YamlValue& map,
                               const OptionDeclaration& option, const std::string& what) {
  const YamlEntry* entry = map.find(option.name);
  if (!entry) {
    if (option.required) context.missing_key(what, option.name, map.origin);
    return nullptr;
  }
  const bool is_scalar_type = option.type != OptionType::List && option.type != OptionType::Map;
  if (!is_scalar_type) return &entry->value;
  if (!context.expect(YamlValue::Kind::Scalar, entry->value, what + ": `" + option.name + "`"))
    return nullptr;
  if (auto status = check_option_value(option, entry->value.text); !status) {
    status.error().origin = entry->value.origin;
    context.errors.push_back(std::move(status.error()));
    return nullptr;
  }
  return &entry->value;
}

}  // namespace millrace::yaml
