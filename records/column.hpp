#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "records/check.hpp"
#include "records/memory.hpp"
#include "records/type.hpp"

namespace millrace {

class Column;
class RecordPool;

/// Counted reference to a pooled object (`Column`). Copying and dropping is safe from any thread.
class ColumnRef {
 public:
  ColumnRef() = default;
  explicit ColumnRef(Column* adopted) : column_(adopted) {}
  ColumnRef(const ColumnRef& other);
  ColumnRef(ColumnRef&& other) noexcept : column_(std::exchange(other.column_, nullptr)) {}
  ColumnRef& operator=(ColumnRef other) noexcept {
    std::swap(column_, other.column_);
    return *this;
  }
  ~ColumnRef() { reset(); }

  void reset();
  Column* get() const { return column_; }
  Column* operator->() const { return column_; }
  Column& operator*() const { return *column_; }
  explicit operator bool() const { return column_ != nullptr; }

 private:
  Column* column_ = nullptr;
};

/// The values of one column, in Arrow's manner: a validity bitmap (bit 1 = valid; absent when no row
/// is NULL), fixed-width values, children for nested types. Strings are 16-byte views whose bytes lie
/// in this column's arena or in a column that `keep` holds. A *constant* column stands for any number
/// of rows with its row 0; only expression results inside one operator are constant, never a column
/// of a batch that was emitted.
///
/// Written by one thread while it is the only holder; after that read-only and safe to read from any
/// thread.
class Column {
 public:
  const DataType& type() const { return type_; }
  std::size_t size() const { return size_; }
  bool is_constant() const { return constant_; }
  /// 0 for a constant column, all ones else: `values[i & index_mask()]`.
  std::uint32_t index_mask() const { return constant_ ? 0u : ~0u; }

  bool has_nulls() const { return has_nulls_; }
  bool is_null(std::size_t i) const {
    return has_nulls_ && !((validity_words()[(i & index_mask()) >> 6] >> (i & index_mask() & 63)) & 1);
  }
  /// Requires: has_nulls(). One bit a row, little end first.
  const std::uint64_t* validity_words() const {
    return reinterpret_cast<const std::uint64_t*>(validity_.data());
  }

  /// Raw values; T must be the type named beside the kind in `TypeKind`.
  template <class T>
  const T* values() const {
    return reinterpret_cast<const T*>(values_.data());
  }
  template <class T>
  T* mutable_values() {
    return reinterpret_cast<T*>(values_.data());
  }
  /// Value of row i (or of row 0 when constant). Undefined content where the row is NULL.
  template <class T>
  const T& at(std::size_t i) const {
    return values<T>()[i & index_mask()];
  }

  std::size_t num_children() const { return children_.size(); }
  const ColumnRef& child(std::size_t i) const { return children_[i]; }
  /// Replaces child i by a column that exists already: nothing is copied.
  void set_child(std::size_t i, ColumnRef child) { children_[i] = std::move(child); }

  // Writing by position: `resize`, then `mutable_values` and `set_null` in any order.

  /// Sets the number of rows. New rows are valid; their values are undefined (struct children are
  /// resized too, list children are not).
  void resize(std::size_t rows);
  void set_null(std::size_t i) {
    if (!has_nulls_) start_validity();
    mutable_validity()[i >> 6] &= ~(std::uint64_t{1} << (i & 63));
  }
  void set_valid(std::size_t i) {
    if (has_nulls_) mutable_validity()[i >> 6] |= std::uint64_t{1} << (i & 63);
  }
  /// The bitmap to write whole words into (see validity_words); starts one when there is none.
  std::uint64_t* writable_validity_words() {
    if (!has_nulls_) start_validity();
    return mutable_validity();
  }
  /// Marks this column as standing for any number of rows. Requires: size() == 1.
  void make_constant() { constant_ = true; }

  // Writing row by row.

  template <class T>
  void append(T value) {
    const std::size_t i = size_;
    grow_to(i + 1);
    mutable_values<T>()[i] = value;
  }
  /// Copies the bytes into this column's arena.
  void append_bytes(std::string_view bytes) { append(arena_.copy(bytes)); }
  /// Keeps only the view. Requires: the bytes live in this column's arena or in a kept column.
  void append_view(std::string_view bytes) { append(bytes); }
  /// A NULL row; struct children get a NULL too.
  void append_null();
  /// A struct row whose fields were appended to the children already.
  void append_struct() { grow_to(size_ + 1); }
  /// An array or map row made of the last `count` elements of the children.
  void append_list(std::uint32_t count) {
    append(ListSlot{static_cast<std::uint32_t>(children_[0]->size()) - count, count});
  }
  /// Copies row i of `from` (same type), nested values and bytes included.
  void append_from(const Column& from, std::size_t i);

  Arena& arena() { return arena_; }
  /// Holds `other` (and what it holds) alive as long as this column lives: views may point into it.
  void keep(const ColumnRef& other);

 private:
  friend class ColumnRef;
  friend class RecordPool;

  std::uint64_t* mutable_validity() { return reinterpret_cast<std::uint64_t*>(validity_.data()); }
  void start_validity();
  void grow_to(std::size_t rows) {
    values_.reserve(rows * width_, size_ * width_);
    if (has_nulls_) extend_validity(rows);
    size_ = rows;
  }
  void extend_validity(std::size_t rows);
  void recycle();

  DataType type_;
  std::size_t width_ = 0;
  std::size_t size_ = 0;
  bool has_nulls_ = false;
  bool constant_ = false;
  Buffer values_;
  Buffer validity_;
  std::vector<ColumnRef> children_;
  Arena arena_;
  std::vector<ColumnRef> kept_;

  // Owned by the pool.
  std::atomic<std::uint32_t> references_{0};
  RecordPool* home_ = nullptr;
  Column* next_free_ = nullptr;
};

/// Which rows of a column or batch to work on: all of the first n, or those listed (ascending).
/// Borrowed for the call.
class Rows {
 public:
  static Rows all(std::uint32_t n) { return {nullptr, n}; }
  static Rows listed(const std::uint32_t* indices, std::uint32_t n) { return {indices, n}; }

  std::uint32_t size() const { return size_; }
  bool is_dense() const { return indices_ == nullptr; }
  std::uint32_t operator[](std::uint32_t k) const { return indices_ ? indices_[k] : k; }
  /// One more than the largest row, 0 when empty.
  std::uint32_t end() const { return size_ == 0 ? 0 : (*this)[size_ - 1] + 1; }

  /// Calls f(row) for each row in order.
  template <class F>
  void for_each(F&& f) const {
    if (indices_ == nullptr) {
      for (std::uint32_t i = 0; i < size_; ++i) f(i);
    } else {
      for (std::uint32_t k = 0; k < size_; ++k) f(indices_[k]);
    }
  }

 private:
  Rows(const std::uint32_t* indices, std::uint32_t n) : indices_(indices), size_(n) {}
  const std::uint32_t* indices_;
  std::uint32_t size_;
};

}  // namespace millrace
