#include "records/value_hash.hpp"

#define XXH_INLINE_ALL
#include "records/value_encoding.hpp"

#include <xxhash.h>

#include <string>

namespace millrace {

namespace {

Int128 hash_of_bytes(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return (Int128{static_cast<std::int64_t>(hash.high64)} << 64) | Int128{hash.low64};
}

}  // namespace

Int128 hash_of_value(const Column& column, std::size_t row) {
  if (column.type().is_bytes()) return hash_of_bytes(column.at<std::string_view>(row));
  thread_local std::string bytes;
  bytes.resize(encoded_size(column, row));
  encode_value(bytes.data(), column, row, ValueForm::Key);
  return hash_of_bytes(bytes);
}

}  // namespace millrace
