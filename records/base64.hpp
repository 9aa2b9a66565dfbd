#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Appends the base64 text of `bytes`, with padding.
void append_base64(std::string& out, std::string_view bytes);
/// Appends the bytes of a base64 text; padding may be missing. False when the text is malformed (part
/// of it may have been appended).
bool decode_base64(std::string& out, std::string_view text);

}  // namespace millrace
