#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "records/result.hpp"

namespace millrace::yaml {

struct YamlEntry;

/// One value of a YAML document with its place. Aliases are expanded.
struct YamlValue {
  enum class Kind { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  std::string text;  // Scalar: quotes and escapes are gone
  /// Scalar: where the text begins, inside quotes and after the indentation of a block.
  Origin origin;
  std::vector<YamlValue> items;    // List
  std::vector<YamlEntry> entries;  // Map, in the order written

  bool is_null() const { return kind == Kind::Null; }
  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_list() const { return kind == Kind::List; }
  bool is_map() const { return kind == Kind::Map; }
  /// Null when this is no map or has no such key. Keys are compared without case.
  const YamlEntry* find(std::string_view key) const;
  YamlEntry* find(std::string_view key);
};

struct YamlEntry {
  YamlValue key;  // always Scalar
  YamlValue value;
};

/// What the user calls this kind of value: "a list", "a map", "text", "nothing".
std::string_view kind_name(const YamlValue& value);

}  // namespace millrace::yaml
