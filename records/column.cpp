#include "records/column.hpp"

#include <algorithm>

#include "records/record_batch.hpp"

namespace millrace {

ColumnRef::ColumnRef(const ColumnRef& other) : column_(other.column_) {
  if (column_ != nullptr) column_->references_.fetch_add(1, std::memory_order_relaxed);
}

void ColumnRef::reset() {
  Column* column = std::exchange(column_, nullptr);
  if (column == nullptr) return;
  // acq_rel: the last holder sees what every other holder did before it let go.
  if (column->references_.load(std::memory_order_acquire) == 1 ||
      column->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    column->recycle();
}

void Column::resize(std::size_t rows) {
  grow_to(rows);
  if (type_.kind() != TypeKind::Struct) return;
  for (ColumnRef& child : children_) child->resize(rows);
}

void Column::start_validity() {
  has_nulls_ = true;
  const std::size_t words = (size_ + 63) / 64;
  validity_.reserve(std::max<std::size_t>(words * 8, 64), 0);
  std::memset(validity_.data(), 0xff, words * 8);
}

void Column::extend_validity(std::size_t rows) {
  const std::size_t old_words = (size_ + 63) / 64;
  const std::size_t words = (rows + 63) / 64;
  if (words <= old_words) return;
  validity_.reserve(words * 8, old_words * 8);
  std::memset(validity_.data() + old_words * 8, 0xff, (words - old_words) * 8);
}

void Column::append_null() {
  const std::size_t i = size_;
  grow_to(i + 1);
  if (width_ != 0) std::memset(values_.data() + i * width_, 0, width_);
  if (type_.kind() == TypeKind::Struct)
    for (ColumnRef& child : children_) child->append_null();
  set_null(i);
}

void Column::append_from(const Column& from, std::size_t i) {
  i &= from.index_mask();
  if (from.is_null(i)) return append_null();
  switch (type_.kind()) {
    case TypeKind::Null: return append_null();
    case TypeKind::String:
    case TypeKind::Binary: return append_bytes(from.at<std::string_view>(i));
    case TypeKind::Struct:
      for (std::size_t c = 0; c < children_.size(); ++c)
        children_[c]->append_from(*from.children_[c], i);
      return append_struct();
    case TypeKind::Array:
    case TypeKind::Map: {
      const ListSlot slot = from.at<ListSlot>(i);
      for (std::size_t c = 0; c < children_.size(); ++c)
        for (std::uint32_t e = 0; e < slot.size; ++e)
          children_[c]->append_from(*from.children_[c], slot.offset + e);
      return append_list(slot.size);
    }
    default: {
      const std::size_t row = size_;
      grow_to(row + 1);
      std::memcpy(values_.data() + row * width_, from.values_.data() + i * width_, width_);
    }
  }
}

void Column::keep(const ColumnRef& other) {
  if (other.get() == this) return;
  for (const ColumnRef& held : kept_)
    if (held.get() == other.get()) return;
  kept_.push_back(other);
}

void Column::recycle() {
  RecordPool* home = home_;
  children_.clear();
  kept_.clear();
  arena_.clear();
  home->take_back(this);
}

}  // namespace millrace
