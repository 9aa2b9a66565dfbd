#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// `candidates` nearest to `wanted` first, ignoring case; at most five, each once. Equal distances
/// keep the order of the alphabet.
std::vector<std::string> nearest_names(std::string_view wanted, std::vector<std::string> candidates);

/// `` `a`, `t`.`b` ``: names in back quotes, parts joined by dots.
std::string quoted_names(const std::vector<std::string>& names);
std::string quoted_name(const std::vector<std::string>& parts);

}  // namespace millrace
