#pragma once

#include <string>

#include "records/formats/format.hpp"
#include "records/schema_text.hpp"
#include "records/value_text.hpp"
#include "tests/support/catch.hpp"

namespace millrace {

/// Decodes a whole text in the test's way: bytes owned by a column or not, whole or cut in pieces.
struct DecodeRun {
  std::string format;
  std::string schema;
  Options options = {};
  bool owned = true;
  std::size_t piece = std::string::npos;  // bytes that arrive at a time
  std::size_t max_rows = 1024;
  std::size_t max_record_bytes = std::size_t{64} << 20;
  std::function<void(const BadRecord&)> on_bad_record = {};

  /// The rows as JSON lines with NULLs, or `error: CLASS`.
  std::string operator()(std::string_view text) const {
    const auto schema_ptr = std::make_shared<const Schema>(*parse_schema(schema));
    FormatSettings settings;
    settings.options = options;
    settings.max_record_bytes = max_record_bytes;
    settings.on_bad_record = on_bad_record;
    auto decoder = make_decoder(format, schema_ptr, settings);
    if (!decoder) return "error: " + decoder.error().error_class;
    auto pool = RecordPool::create();
    std::string rows;
    std::string pending;
    std::size_t fed = 0;
    for (bool at_end = false; !at_end;) {
      const std::string_view more = text.substr(fed, piece);
      fed += more.size();
      pending += more;
      at_end = fed == text.size();
      while (true) {
        ColumnRef owner = pool->make_column(TypeKind::Binary);
        char* place = owner->arena().allocate(pending.size() + kDecodePadding);
        std::memcpy(place, pending.data(), pending.size());
        std::memset(place + pending.size(), '\n', kDecodePadding);
        RecordBatch batch = pool->make_batch(schema_ptr);
        const auto used = (*decoder)->decode({place, pending.size()}, at_end, max_rows, batch,
                                             owned ? owner : ColumnRef());
        if (!owned) std::memset(place, 'x', pending.size());
        owner.reset();
        JsonStyle style;
        style.ignore_null_fields = false;
        for (std::uint32_t row = 0; row < batch.num_rows(); ++row) {
          append_json_row(rows, batch, row, style);
          rows += '\n';
        }
        if (!used) return rows + "error: " + used.error().error_class;
        pending.erase(0, *used);
        if (*used == 0 || pending.empty()) break;
      }
    }
    return rows;
  }
};

inline Options options_of(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  Options options;
  for (const auto& [name, value] : pairs) options.set(name, value);
  return options;
}

}  // namespace millrace
