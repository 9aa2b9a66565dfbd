#pragma once

#include "operators/sort.hpp"
#include "records/sort_key.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The first eight bytes of a sort key as a number that orders as they do; what is missing counts as zeros.
inline std::uint64_t sort_prefix(std::string_view key) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof prefix));
  return __builtin_bswap64(prefix);
}

/// Sort keys of the rows of one batch, by their position among them. Not thread-safe; memory is reused.
class BatchSortKeys {
 public:
  /// `columns` hold what `order` evaluates to.
  void fill(const std::vector<ColumnRef>& columns, const std::vector<SortColumn>& order, Rows rows) {
    bytes_.clear();
    ends_.clear();
    rows.for_each([&](std::uint32_t row) {
      for (std::size_t c = 0; c < columns.size(); ++c)
        append_sort_key(bytes_, *columns[c], row, order[c].direction);
      ends_.push_back(bytes_.size());
    });
  }
  std::string_view operator[](std::size_t k) const {
    const std::size_t start = k == 0 ? 0 : ends_[k - 1];
    return {bytes_.data() + start, ends_[k] - start};
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace millrace
