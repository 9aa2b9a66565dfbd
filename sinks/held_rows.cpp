#include "sinks/held_rows.hpp"

#include <cstring>

#include "records/value_encoding.hpp"
#include "sinks/visible_change.hpp"

namespace millrace {

namespace {

using Size = std::uint64_t;

void append_row(std::string& bytes, const RecordBatch& batch, std::uint32_t row) {
  std::size_t size = 0;
  for (std::size_t c = 0; c < batch.num_columns(); ++c) size += encoded_size(batch.column(c), row);
  const std::size_t start = bytes.size();
  bytes.resize(start + size);
  char* to = bytes.data() + start;
  for (std::size_t c = 0; c < batch.num_columns(); ++c)
    to = encode_value(to, batch.column(c), row, ValueForm::Exact);
}

}  // namespace

std::string bytes_of_rows(const std::deque<RecordBatch>& batches) {
  std::string bytes(sizeof(Size), '\0');
  for (const RecordBatch& batch : batches)
    for_each_visible(batch, [&](std::uint32_t row) { append_row(bytes, batch, row); });
  const Size size = bytes.size() - sizeof(Size);
  std::memcpy(bytes.data(), &size, sizeof size);
  return bytes;
}

Result<RecordBatch> rows_of_bytes(std::string_view bytes, const SchemaPtr& schema,
                                  RecordPool& pool) {
  Size size = 0;
  if (bytes.size() >= sizeof size) std::memcpy(&size, bytes.data(), sizeof size);
  if (bytes.size() != sizeof size + size)
    return make_error(ErrorKind::Internal, "held rows of an epoch are not whole",
                      "run `millrace checkpoint verify` on the checkpoint location");
  RecordBatch batch = pool.make_batch(schema);
  const char* from = bytes.data() + sizeof size;
  const char* const end = bytes.data() + bytes.size();
  std::uint32_t num_rows = 0;
  for (; from < end; ++num_rows)
    for (std::size_t c = 0; c < batch.num_columns(); ++c) from = decode_value(from, *batch.columns()[c]);
  batch.set_num_physical_rows(num_rows);
  return batch;
}

}  // namespace millrace
