#pragma once

#include <cstdint>

#include "records/record_batch.hpp"
#include "records/result.hpp"

// The two structs of the Arrow C Data Interface, as its specification gives them; any Arrow library in
// the same process understands them.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

extern "C" {

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

}  // extern "C"

#endif  // ARROW_C_DATA_INTERFACE

namespace millrace {

/// Describes `schema` as a struct of its columns. The receiver calls `out->release`.
void export_schema(const Schema& schema, ArrowSchema& out);

/// Copies the selected rows of `batch` into Arrow's layout: text as utf8 with 32-bit offsets, booleans as
/// bits, lists dense. The receiver calls `out->release`, on any thread. Error: more than 2 GiB of text
/// or of elements in one column.
Status export_batch(const RecordBatch& batch, ArrowArray& out);

/// The schema that a struct describes. `in` stays the caller's. Error: a type that records do not have.
Result<Schema> import_schema(const ArrowSchema& in);

/// Copies an Arrow struct array whose columns are those of `schema` (from `import_schema`) into a new
/// batch. `in` stays the caller's. Trusts lengths and offsets as the interface demands; error when the
/// number of children or buffers does not fit the schema.
Result<RecordBatch> import_batch(const ArrowArray& in, const SchemaPtr& schema, RecordPool& pool);

}  // namespace millrace
