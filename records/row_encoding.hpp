#pragma once

#include "records/record_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// The columns of a batch, looked up once for all of its rows. Borrows them until the batch is reset or given away;
/// memory is reused. Requires: no constant column, which no batch between operators has. Not thread-safe.
class BatchColumns {
 public:
  void set(const RecordBatch& batch);

  bool is_null(std::size_t column, std::uint32_t row) const {
    return columns_[column].has_nulls && columns_[column].column->is_null(row);
  }
  bool has_nulls() const { return has_nulls_; }
  const Column& operator[](std::size_t column) const { return *columns_[column].column; }
  template <class T>
  T at(std::size_t column, std::uint32_t row) const {
    return reinterpret_cast<const T*>(columns_[column].values)[row];
  }

 private:
  struct Values {
    const std::byte* values;
    const Column* column;
    bool has_nulls;
  };
  std::vector<Values> columns_;
  bool has_nulls_ = false;
};

/// Rows of one schema as bytes, for state: a bit for each value that is there, the values of fixed width, nested ones
/// (as `encode_value` writes them), the sizes of the texts, and the texts. Immutable.
class RowEncoding {
 public:
  explicit RowEncoding(const Schema& schema);

  /// The most bytes of a row without texts and nested values.
  std::size_t fixed_size() const { return fixed_size_; }
  std::size_t size(const BatchColumns& batch, std::uint32_t row) const;
  /// Writes `size` bytes and returns where they end.
  char* encode(char* to, const BatchColumns& batch, std::uint32_t row) const;

  /// Appends the values of a row of the batch to the columns without copying its texts: see `keep_texts`.
  void append(const BatchColumns& batch, std::uint32_t row, std::span<const ColumnRef> columns) const;
  /// Has the texts of the batch live as long as `columns`.
  void keep_texts(const RecordBatch& batch, std::span<const ColumnRef> columns) const;

  /// Copies encoded rows to where they live as long as `columns`, for `decode`; without texts in the schema
  /// they stay where they are.
  std::string_view copy(std::string_view rows, std::span<const ColumnRef> columns) const;
  /// Appends the values of the row at `from` to the columns and returns where it ends; texts become views of it.
  const char* decode(const char* from, std::span<const ColumnRef> columns) const;

 private:
  struct FixedColumn {
    std::size_t column;
    std::size_t width;
  };

  const char* decode_texts(const char* bits, const char* sizes, std::span<const ColumnRef> columns) const;

  // Columns by how they are written.
  std::vector<FixedColumn> fixed_;
  std::vector<std::size_t> nested_;
  std::vector<std::size_t> texts_;
  // Of the bits.
  std::size_t num_bytes_of_bits_;
  std::size_t fixed_size_;
};

}  // namespace millrace
