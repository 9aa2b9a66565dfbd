#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A path of get_json_object: `$.a.b[0]['odd name'][*]`. Immutable.
class JsonPath {
 public:
  struct Step {
    enum class Kind { Field, Index, AllElements } kind;
    std::string name;
    std::size_t index = 0;
  };

  /// Empty when the text is no path.
  static std::optional<JsonPath> parse(std::string_view text);
  /// Appends what the path finds in `json`: text as it is, else JSON. False when there is nothing.
  bool find(std::string_view json, std::string& out) const;

 private:
  std::vector<Step> steps_;
};

/// Number of elements of a JSON array; -1 when the text is none.
int json_array_length(std::string_view json);
/// The value that a text begins with: Spark does not look at what follows it.
std::string_view first_json_value(std::string_view text);
/// Keys of a JSON object; false when the text is none.
bool json_object_keys(std::string_view json, std::vector<std::string>& keys);
/// Schema of a JSON text as DDL: `STRUCT<a: BIGINT>`; empty when it is malformed.
std::string schema_of_json(std::string_view json);

}  // namespace millrace
