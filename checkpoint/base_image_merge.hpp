#pragma once

#include "checkpoint/change_log.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

/// Where the records of one table's changes begin, by key group and in order. Each view goes to the
/// end of the changes that the record is part of.
/// Calls `rest`, if there is one, after each record.
std::vector<std::vector<std::string_view>> split_by_key_group(
    const std::vector<std::string_view>& encoded, const std::function<void()>& rest);

/// The value of each key of one key group after a list of changes. The rules are those of loading:
/// Append, DropFront and Replace make the entry where there is none.
class BaseImageMerge {
 public:
  void apply(const StateChange& change);
  /// All entries as Put and Replace records. Calls `rest`, if there is one, after each.
  std::string encode(const std::function<void()>& rest = {}) const;

 private:
  struct Part {
    std::string bytes;
    std::size_t num_dropped = 0;
  };
  struct Entry {
    bool has_value = false;
    std::string_view value;
    std::map<std::uint8_t, Part> parts;
  };
  std::unordered_map<std::string_view, Entry> entries_;
};

}  // namespace millrace
