#pragma once

#include <string>
#include <string_view>

namespace millrace::parse {

/// `name` as it must be written in SQL: in back quotes when it is no plain word or means something.
std::string quoted_name(std::string_view name);
/// `text` as a SQL string: in single quotes, with escapes.
std::string quoted_string(std::string_view text);

}  // namespace millrace::parse
