#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "records/arrow_c.hpp"
#include "records/arrow_format.hpp"

namespace millrace {

namespace {

/// What an exported schema owns.
struct SchemaOwner {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
};

void release_schema(ArrowSchema* schema) {
  auto* owner = static_cast<SchemaOwner*>(schema->private_data);
  for (ArrowSchema& child : owner->children)
    if (child.release != nullptr) child.release(&child);
  delete owner;
  schema->release = nullptr;
}

void export_field(const Field& field, ArrowSchema& out);

/// Maps have one child, a struct of key and value.
std::vector<Field> arrow_children(const DataType& type) {
  if (type.kind() != TypeKind::Map) return type.fields();
  return {{"entries", DataType::structure(type.fields()), false}};
}

void export_field(const Field& field, ArrowSchema& out) {
  auto owner = std::make_unique<SchemaOwner>();
  owner->format = arrow_format(field.type);
  owner->name = field.name;
  const std::vector<Field> children = arrow_children(field.type);
  owner->children.resize(children.size());
  for (std::size_t i = 0; i < children.size(); ++i) {
    export_field(children[i], owner->children[i]);
    owner->child_pointers.push_back(&owner->children[i]);
  }
  out = ArrowSchema{};
  out.format = owner->format.c_str();
  out.name = owner->name.c_str();
  out.flags = field.nullable ? ARROW_FLAG_NULLABLE : 0;
  out.n_children = static_cast<std::int64_t>(children.size());
  out.children = owner->child_pointers.data();
  out.release = release_schema;
  out.private_data = owner.release();
}

/// What an exported array owns.
struct ArrayOwner {
  std::vector<std::vector<std::byte>> memory;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

void release_array(ArrowArray* array) {
  auto* owner = static_cast<ArrayOwner*>(array->private_data);
  for (ArrowArray& child : owner->children)
    if (child.release != nullptr) child.release(&child);
  delete owner;
  array->release = nullptr;
}

using RowList = std::vector<std::uint32_t>;

/// Copies some rows of one column; nested columns follow as children.
class ArrayExporter {
 public:
  ArrayExporter(const Column& column, const RowList& rows)
      : column_(column), rows_(rows), owner_(std::make_unique<ArrayOwner>()) {}

  Status run(ArrowArray& out);

 private:
  template <class T>
  T* add_buffer(std::size_t count) {
    // One byte more than needed: an empty buffer has an address too.
    owner_->memory.emplace_back(count * sizeof(T) + 1);
    owner_->buffers.push_back(owner_->memory.back().data());
    return reinterpret_cast<T*>(owner_->memory.back().data());
  }
  std::int64_t add_validity();
  Status add_values();
  void add_bits();
  void add_fixed();
  Status add_text();
  Status add_list();
  Status add_fields();
  Status add_child(const Column& child, const RowList& rows);

  const Column& column_;
  const RowList& rows_;
  std::unique_ptr<ArrayOwner> owner_;
};

Error too_large() {
  return make_error(ErrorKind::BadData, "arrow: column has more than 2 GiB in one batch",
                    "export smaller batches");
}

void set_bit(std::byte* bits, std::size_t i) { bits[i / 8] |= std::byte{1} << (i % 8); }

std::int64_t ArrayExporter::add_validity() {
  if (!column_.has_nulls()) {
    owner_->buffers.push_back(nullptr);
    return 0;
  }
  auto* bits = add_buffer<std::byte>((rows_.size() + 7) / 8);
  std::int64_t num_nulls = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (column_.is_null(rows_[i])) ++num_nulls;
    else set_bit(bits, i);
  }
  return num_nulls;
}

void ArrayExporter::add_bits() {
  auto* bits = add_buffer<std::byte>((rows_.size() + 7) / 8);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!column_.is_null(rows_[i]) && column_.at<std::uint8_t>(rows_[i]) != 0) set_bit(bits, i);
}

void ArrayExporter::add_fixed() {
  const std::size_t width = column_.type().width();
  auto* out = add_buffer<std::byte>(rows_.size() * width);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    std::memcpy(out + i * width, column_.values<std::byte>() + rows_[i] * width, width);
  if (column_.type().kind() != TypeKind::CalendarInterval) return;
  // Arrow counts nanoseconds where the engine counts microseconds.
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    std::int64_t part = 0;
    std::memcpy(&part, out + i * width + 8, sizeof part);
    part = static_cast<std::int64_t>(static_cast<std::uint64_t>(part) * 1000);
    std::memcpy(out + i * width + 8, &part, sizeof part);
  }
}

Status ArrayExporter::add_text() {
  auto* offsets = add_buffer<std::int32_t>(rows_.size() + 1);
  std::size_t total = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!column_.is_null(rows_[i])) total += column_.at<std::string_view>(rows_[i]).size();
    if (total > std::numeric_limits<std::int32_t>::max()) return too_large();
    offsets[i + 1] = static_cast<std::int32_t>(total);
  }
  auto* bytes = add_buffer<char>(total);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (column_.is_null(rows_[i])) continue;
    const std::string_view text = column_.at<std::string_view>(rows_[i]);
    if (!text.empty()) std::memcpy(bytes + offsets[i], text.data(), text.size());
  }
  return {};
}

Status ArrayExporter::add_child(const Column& child, const RowList& rows) {
  return ArrayExporter(child, rows).run(owner_->children.emplace_back());
}

Status ArrayExporter::add_fields() {
  owner_->children.reserve(column_.num_children());
  for (std::size_t c = 0; c < column_.num_children(); ++c)
    if (Status added = add_child(*column_.child(c), rows_); !added) return added;
  return {};
}

/// An array of a map's entries: a struct without NULLs.
Status export_entries(const Column& map, const RowList& elements, ArrowArray& out) {
  auto owner = std::make_unique<ArrayOwner>();
  owner->buffers = {nullptr};
  owner->children.resize(2);
  out = ArrowArray{};
  out.length = static_cast<std::int64_t>(elements.size());
  out.n_buffers = 1;
  out.n_children = 2;
  for (std::size_t c = 0; c < 2; ++c) owner->child_pointers.push_back(&owner->children[c]);
  out.buffers = owner->buffers.data();
  out.children = owner->child_pointers.data();
  out.release = release_array;
  ArrayOwner& kept = *owner;
  out.private_data = owner.release();
  for (std::size_t c = 0; c < 2; ++c)
    if (Status done = ArrayExporter(*map.child(c), elements).run(kept.children[c]); !done) return done;
  return {};
}

Status ArrayExporter::add_list() {
  auto* offsets = add_buffer<std::int32_t>(rows_.size() + 1);
  RowList elements;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const ListSlot slot = column_.is_null(rows_[i]) ? ListSlot{} : column_.at<ListSlot>(rows_[i]);
    for (std::uint32_t e = 0; e < slot.size; ++e) elements.push_back(slot.offset + e);
    if (elements.size() > std::numeric_limits<std::int32_t>::max()) return too_large();
    offsets[i + 1] = static_cast<std::int32_t>(elements.size());
  }
  if (column_.type().kind() == TypeKind::Map)
    return export_entries(column_, elements, owner_->children.emplace_back());
  return add_child(*column_.child(0), elements);
}

Status ArrayExporter::add_values() {
  switch (column_.type().kind()) {
    case TypeKind::Boolean: add_bits(); return {};
    case TypeKind::String:
    case TypeKind::Binary: return add_text();
    case TypeKind::Array:
    case TypeKind::Map: return add_list();
    case TypeKind::Struct: return add_fields();
    default: add_fixed(); return {};
  }
}

Status ArrayExporter::run(ArrowArray& out) {
  out = ArrowArray{};
  out.length = static_cast<std::int64_t>(rows_.size());
  Status added;
  if (column_.type().is_null()) {
    out.null_count = out.length;
  } else {
    out.null_count = add_validity();
    added = add_values();
  }
  for (ArrowArray& child : owner_->children) owner_->child_pointers.push_back(&child);
  out.n_buffers = static_cast<std::int64_t>(owner_->buffers.size());
  out.buffers = owner_->buffers.data();
  out.n_children = static_cast<std::int64_t>(owner_->children.size());
  out.children = owner_->child_pointers.data();
  out.release = release_array;
  out.private_data = owner_.release();
  return added;
}

}  // namespace

void export_schema(const Schema& schema, ArrowSchema& out) {
  export_field({"", DataType::structure(schema.fields), false}, out);
}

Status export_batch(const RecordBatch& batch, ArrowArray& out) {
  RowList rows;
  batch.rows().for_each([&](std::uint32_t row) { rows.push_back(row); });
  auto owner = std::make_unique<ArrayOwner>();
  owner->buffers = {nullptr};
  owner->children.resize(batch.num_columns());
  for (ArrowArray& child : owner->children) owner->child_pointers.push_back(&child);
  Status exported;
  for (std::size_t c = 0; c < batch.num_columns() && exported.ok(); ++c)
    exported = ArrayExporter(batch.column(c), rows).run(owner->children[c]);
  out = ArrowArray{};
  out.length = static_cast<std::int64_t>(rows.size());
  out.n_buffers = 1;
  out.buffers = owner->buffers.data();
  out.n_children = static_cast<std::int64_t>(batch.num_columns());
  out.children = owner->child_pointers.data();
  out.release = release_array;
  out.private_data = owner.release();
  if (!exported) out.release(&out);
  return exported;
}

}  // namespace millrace
