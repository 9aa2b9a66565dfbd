#pragma once

#include "records/result.hpp"

#include <string>
#include <string_view>

namespace millrace {

/// Ends the text of a JSON object (without its last brace) by a member `checksum` over all before
/// it.
std::string seal(std::string text);
/// Error: what is wrong with a sealed text.
Status check_seal(std::string_view text);

}  // namespace millrace
