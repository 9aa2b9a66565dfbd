#include "topology/yaml/yaml_value.hpp"

#include "records/type.hpp"

namespace millrace::yaml {

const YamlEntry* YamlValue::find(std::string_view key) const {
  for (const YamlEntry& entry : entries)
    if (equal_ignoring_case(entry.key.text, key)) return &entry;
  return nullptr;
}

YamlEntry* YamlValue::find(std::string_view key) {
  return const_cast<YamlEntry*>(static_cast<const YamlValue*>(this)->find(key));
}

std::string_view kind_name(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::Null: return "nothing";
    case YamlValue::Kind::Scalar: return "text";
    case YamlValue::Kind::List: return "a list";
    case YamlValue::Kind::Map: return "a map";
  }
  return "nothing";
}

}  // namespace millrace::yaml
