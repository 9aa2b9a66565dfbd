#pragma once

#include "records/record_batch.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// Rows of one schema as bytes, for state: their values one after the other as `encode_value` writes them,
/// with the choice by type made once. Immutable.
class RowEncoding {
 public:
  explicit RowEncoding(const Schema& schema);

  std::size_t size(const RecordBatch& batch, std::uint32_t row) const;
  /// Writes `size` bytes and returns where they end.
  char* encode(char* to, const RecordBatch& batch, std::uint32_t row) const;

  /// Appends the values of a row of the batch to the columns without copying its texts: see `keep_texts`.
  void append(const RecordBatch& batch, std::uint32_t row, std::span<const ColumnRef> columns) const;
  /// Has the texts of the batch live as long as `columns`.
  void keep_texts(const RecordBatch& batch, std::span<const ColumnRef> columns) const;

  /// Copies encoded rows to where they live as long as `columns`, for `decode`; without texts in the schema
  /// they stay where they are.
  std::string_view copy(std::string_view rows, std::span<const ColumnRef> columns) const;
  /// Appends the values of the row at `from` to the columns and returns where it ends; texts become views of it.
  const char* decode(const char* from, std::span<const ColumnRef> columns) const;

 private:
  enum class Width : std::uint8_t { One, Four, Eight, Bytes, Other };
  static Width width_of(const DataType& type);

  std::vector<Width> widths_;
  // The first column of texts, whose memory holds those of all; kNone without texts.
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t first_texts_ = kNone;
};

}  // namespace millrace
