#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "topology/yaml/yaml_value.hpp"

namespace millrace::yaml {

/// Bounds on what a file may cost. A file beyond them is refused.
struct DocumentLimits {
  std::size_t max_bytes = std::size_t{4} << 20;
  /// Values after aliases are expanded.
  std::size_t max_values = 100'000;
};

struct Document {
  std::string file;
  YamlValue root;
  /// For scalars that do not stand in the file as they are, by their origin (line, column): the place
  /// of each byte of the text.
  std::map<std::pair<int, int>, std::vector<Origin>> places;
  std::vector<Error> errors;
};

/// Parses one YAML document. Errors: malformed YAML, invalid UTF-8, a key that is written twice or is
/// no text, an alias that holds itself, a second document, a file beyond the limits. `root` holds
/// what could be read; it is Null when nothing could.
Document parse_document(std::string_view text, const std::string& file_name,
                        const DocumentLimits& limits = {});

}  // namespace millrace::yaml
