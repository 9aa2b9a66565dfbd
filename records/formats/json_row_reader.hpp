#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records/formats/time_formats.hpp"
#include "records/record_batch.hpp"

namespace millrace {

/// How far a piece of JSON could be taken up.
enum class JsonOutcome {
  Right,
  Spoiled,  // well-formed, but some value does not fit its type: it is NULL
  Broken,   // not JSON
};

/// One column that JSON values are written to, with its nested columns.
struct JsonNode {
  DataType type;
  Column* column = nullptr;  // of the batch at hand
  std::vector<JsonNode> children;
  std::vector<std::string> names;  // of the children, when they are fields
  // The keys of the latest object in order: most objects look like the one before.
  struct KnownKey {
    std::string text;  // as it stands between the quotes
    int child;         // -1: no column
  };
  std::vector<KnownKey> known_keys;
  // Which fields the object at hand had: those with the current round.
  std::vector<std::uint32_t> seen;
  std::uint32_t round = 0;
};

/// Writes JSON objects to rows of columns, at given row numbers, walking every object to its end so
/// that broken JSON is found. Not thread-safe.
class JsonRowReader {
 public:
  /// `skipped_column` takes no part (the corrupt-record column), or -1.
  JsonRowReader(const Schema& schema, int skipped_column, TimeFormats formats);

  /// The columns of `batch` are written to from now on. With `owner` texts may be views.
  void bind(RecordBatch& batch, const ColumnRef& owner);
  /// Texts are copied though there is an owner: the JSON lies elsewhere.
  void set_copies(bool copies) { copies_ = copies; }
  /// Writes the fields of `object`, the root of `document` or an element of its array, to row `row` of
  /// every column; columns without a field get NULL.
  JsonOutcome read_row(simdjson::ondemand::document& document, simdjson::ondemand::object object,
                       std::size_t row);
  /// Writes a whole line when it is a flat object like the one before, without the parser. False:
  /// nothing was written, the line is for `read_row`.
  bool read_flat(std::string_view line, std::size_t row);
  /// Makes every column NULL at `row`.
  void clear_row(std::size_t row);

 private:
  using Json = simdjson::ondemand::value;

  void bind_node(JsonNode& node, Column& column, const ColumnRef& owner);
  int find_field(JsonNode& node, const char* key, std::size_t position);
  int look_up(JsonNode& node, const char* key, std::size_t position);
  JsonOutcome read_object(JsonNode& node, simdjson::ondemand::object object, std::size_t row, int depth);
  JsonOutcome read_value(JsonNode& node, Json value, std::size_t row, int depth);
  JsonOutcome read_scalar(JsonNode& node, Json value, std::string_view token, std::size_t row,
                          int depth);
  JsonOutcome read_string(JsonNode& node, Json value, std::string_view token, std::size_t row,
                          int depth);
  JsonOutcome read_array(JsonNode& node, Json value, std::size_t row, int depth);
  JsonOutcome read_map(JsonNode& node, Json value, std::size_t row, int depth);
  JsonOutcome spoil(JsonNode& node, Json value, std::size_t row, int depth);
  bool text_of(Json value, std::string_view token, std::string_view& text);
  bool is_well_formed(Json value, int depth);

  // json_flat_row.cpp
  void check_keys();
  bool read_flat_fields(std::string_view line, std::size_t row);
  /// Behind the value, or null. `node` is null for a key without a column.
  const char* read_flat_value(JsonNode* node, const char* at, const char* end, std::size_t row);
  bool take_flat_text(JsonNode& node, std::string_view text, std::size_t row);
  bool take_flat_token(JsonNode& node, std::string_view token, std::size_t row);

  JsonNode root_;
  TimeFormats formats_;
  bool has_owner_ = false;
  bool copies_ = false;
  // Of the root's known keys: not looked at since they changed; each column has one.
  bool keys_changed_ = true;
  bool keys_are_flat_ = false;
  // Lines that go to the parser before the quick way is tried again.
  int flat_pause_ = 0;
  simdjson::ondemand::document* document_ = nullptr;
  simdjson::ondemand::parser key_parser_;
  std::string scratch_;
};

/// NULL at row `row`, nested columns included; leaves no dangling value behind.
void clear_value(Column& column, std::size_t row);
/// Undoes NULLs at row `row`, which is going to be written anew.
void revive_value(Column& column, std::size_t row);

}  // namespace millrace
