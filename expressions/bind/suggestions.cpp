#include "expressions/bind/suggestions.hpp"

#include <algorithm>

#include "records/edit_distance.hpp"

namespace millrace {

namespace {

constexpr std::size_t kMaxSuggestions = 5;
constexpr int kFarthest = 64;

}  // namespace

std::vector<std::string> nearest_names(std::string_view wanted,
                                       std::vector<std::string> candidates) {
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<std::pair<int, std::string>> ranked;
  for (std::string& name : candidates) {
    const int distance = edit_distance(wanted, name, kFarthest);
    ranked.emplace_back(distance, std::move(name));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ranked.size() > kMaxSuggestions) ranked.resize(kMaxSuggestions);
  std::vector<std::string> result;
  for (auto& [distance, name] : ranked) result.push_back(std::move(name));
  return result;
}

std::string quoted_name(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ".";
    text += "`";
    for (char c : part) text += c == '`' ? std::string("``") : std::string(1, c);
    text += "`";
  }
  return text;
}

std::string quoted_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += quoted_name({name});
  }
  return text;
}

}  // namespace millrace
