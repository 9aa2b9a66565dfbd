#include "records/options.hpp"

#include "records/type.hpp"

namespace millrace {

void Options::set(std::string name, std::string value, Origin origin) {
  for (auto& [known, text] : entries_) {
    if (!equal_ignoring_case(known, name)) continue;
    text = {std::move(value), std::move(origin)};
    return;
  }
  entries_.emplace_back(std::move(name), OptionText{std::move(value), std::move(origin)});
}

const OptionText* Options::find(std::string_view name) const {
  for (const auto& [known, text] : entries_)
    if (equal_ignoring_case(known, name)) return &text;
  return nullptr;
}

}  // namespace millrace
