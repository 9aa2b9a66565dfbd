#pragma once

#include <string>
#include <string_view>

#include "topology/yaml/yaml_value.hpp"

namespace millrace::yaml {

/// True for options whose values no output may show: declared secret by a built-in source or sink, or
/// named like a password. Compared without case.
bool is_secret(std::string_view option);

/// Puts `*` for the values of secret options below `root` into the text of `file` that messages quote
/// from; places stay as they are. A value that is only `${NAME}` is no secret. To be called once,
/// before variables are replaced.
void hide_secrets(const YamlValue& root, const std::string& file, std::string& text);

}  // namespace millrace::yaml
