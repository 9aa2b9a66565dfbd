#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace {

/// One step through UTF-8 text.
struct Utf8Step {
  std::size_t length;  // bytes of the sequence, or of the ill-formed part to replace; at least 1
  bool valid;
};

/// Looks at the sequence at the front of `text` as Java's decoder does (ill-formed parts are as long as
/// Unicode's "maximal subpart"). Requires: text is not empty.
Utf8Step utf8_step(std::string_view text);

/// True when all of `text` is well-formed.
bool is_valid_utf8(std::string_view text);

/// Appends `text` with every ill-formed part as U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

}  // namespace millrace
