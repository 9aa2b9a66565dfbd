#pragma once

#include "records/column.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Turns the key columns of a batch into byte strings that are equal exactly when Spark puts the
/// rows into one group: NULL equals NULL, every NaN equals every NaN, -0.0 equals 0.0, strings
/// compare by bytes, maps ignore the order of their entries. The bytes have no order. The hash is
/// XXH3 of the bytes: the same in every process, so that it may decide a partition or a key group.
/// Not thread-safe; buffers are reused from batch to batch.
class KeyEncoder {
 public:
  explicit KeyEncoder(std::vector<DataType> types);

  /// Encodes `rows` of the key columns (one for each type; constant columns are fine). A single
  /// string or integer key is not copied: its views point into the column.
  void encode(const std::vector<ColumnRef>& columns, Rows rows);

  /// Number of rows last encoded. Everything below is by position in `rows`, not by row number, and
  /// valid until the next `encode` and while the key columns live.
  std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
  std::string_view key(std::uint32_t k) const { return keys_[k]; }
  std::uint64_t hash(std::uint32_t k) const { return hashes_[k]; }
  std::span<const std::string_view> keys() const { return keys_; }
  std::span<const std::uint64_t> hashes() const { return hashes_; }

  /// Appends the values of one key to the columns (one for each type); bytes are copied.
  void decode(std::string_view key, const std::vector<ColumnRef>& columns) const;

  const std::vector<DataType>& types() const { return types_; }
  /// The hash that `encode` gives to these bytes.
  static std::uint64_t hash_of(std::string_view key);

 private:
  enum class Layout { Fixed, Bytes, General };

  void encode_fixed(const Column& column, Rows rows);
  void encode_bytes(const Column& column, Rows rows);
  void encode_general(const std::vector<ColumnRef>& columns, Rows rows);

  // Fixed after construction.
  std::vector<DataType> types_;
  Layout layout_;
  // Results of the last encode.
  std::vector<std::string_view> keys_;
  std::vector<std::uint64_t> hashes_;
  // Scratch: where the keys lie when they are copied, and where each row's next value goes.
  Buffer buffer_;
  std::vector<std::size_t> sizes_;
  std::vector<char*> cursors_;
};

}  // namespace millrace
