#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Damerau-Levenshtein distance (optimal string alignment) of two words, ASCII letters without case.
/// Stops early and returns `limit + 1` when the distance is larger than `limit`.
int edit_distance(std::string_view a, std::string_view b, int limit);

/// The candidate nearest to `word` within distance 2, the first of several; empty when none is near.
/// For "did you mean" hints.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace millrace
