#pragma once

#include "records/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Makes `text` the whole content of `path`, so that after a crash there is either all of it or
/// what was there before: temporary file, fsync, rename, fsync of the folder. Makes missing
/// folders.
Status write_state_file(const std::string& path, std::string_view text);
/// Content of a file; empty when there is no such file.
Result<std::optional<std::string>> read_state_file(const std::string& path);

}  // namespace millrace
