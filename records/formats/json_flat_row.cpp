#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "records/formats/format.hpp"
#include "records/formats/json_row_reader.hpp"
#include "records/formats/json_scalar.hpp"

// The quick way through the lines that most files hold: a flat object with the keys of the line before, in
// the same order, without blanks, escapes and bytes beyond ASCII. It takes nothing that the parser would
// not take the same way, and leaves every doubt to it.

namespace millrace {

namespace {

// After a line of another form the next ones go to the parser at once.
constexpr int kPause = 15;

/// First byte that ends plain ASCII text: quote, backslash, control or beyond ASCII. Reads up to 16 bytes
/// beyond `end` (kDecodePadding).
const char* find_text_end(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i blank = _mm_set1_epi8(' ');
  for (; at < end; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed numbers, bytes beyond ASCII are below a blank like control characters.
    const __m128i odd = _mm_cmplt_epi8(bytes, blank);
    const __m128i hits = _mm_or_si128(
        odd, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(hits));
    if (mask != 0) return std::min(at + std::countr_zero(mask), end);
  }
  return end;
#else
  const auto is_plain = [](char c) { return c >= ' ' && c != '"' && c != '\\'; };
  while (at < end && is_plain(*at)) ++at;
  return at;
#endif
}

const char* find_token_end(const char* at, const char* end) {
  while (at < end && *at != ',' && *at != '}') ++at;
  return at;
}

}  // namespace

bool JsonRowReader::read_flat(std::string_view line, std::size_t row) {
  if (flat_pause_ > 0) {
    --flat_pause_;
    return false;
  }
  if (keys_changed_) check_keys();
  if (keys_are_flat_ && has_owner_ && read_flat_fields(line, row)) return true;
  flat_pause_ = kPause;
  for (JsonNode& child : root_.children) revive_value(*child.column, row);
  return false;
}

// Every column that takes part must have just one key.
void JsonRowReader::check_keys() {
  keys_changed_ = false;
  std::vector<int> num_keys(root_.children.size(), 0);
  for (const JsonNode::KnownKey& key : root_.known_keys)
    if (key.child >= 0) ++num_keys[static_cast<std::size_t>(key.child)];
  keys_are_flat_ = !root_.known_keys.empty();
  for (std::size_t i = 0; i < num_keys.size(); ++i)
    keys_are_flat_ = keys_are_flat_ && num_keys[i] == (root_.seen[i] == UINT32_MAX ? 0 : 1);
}

bool JsonRowReader::read_flat_fields(std::string_view line, std::size_t row) {
  const char* at = line.data();
  const char* const end = at + line.size();
  char before = '{';
  for (const JsonNode::KnownKey& key : root_.known_keys) {
    const std::size_t length = key.text.size();
    if (static_cast<std::size_t>(end - at) < length + 4 || *at != before) return false;
    if (at[1] != '"' || std::memcmp(at + 2, key.text.data(), length) != 0) return false;
    at += length + 2;
    if (at[0] != '"' || at[1] != ':') return false;
    JsonNode* node = key.child < 0 ? nullptr : &root_.children[static_cast<std::size_t>(key.child)];
    at = read_flat_value(node, at + 2, end, row);
    if (at == nullptr) return false;
    before = ',';
  }
  return at + 1 == end && *at == '}';
}

const char* JsonRowReader::read_flat_value(JsonNode* node, const char* at, const char* end,
                                           std::size_t row) {
  if (at < end && *at == '"') {
    const char* const stop = find_text_end(at + 1, end);
    if (stop == end || *stop != '"') return nullptr;
    const std::string_view text(at + 1, static_cast<std::size_t>(stop - at - 1));
    return !node || take_flat_text(*node, text, row) ? stop + 1 : nullptr;
  }
  const char* const stop = find_token_end(at, end);
  const std::string_view token(at, static_cast<std::size_t>(stop - at));
  const bool is_good = node ? take_flat_token(*node, token, row)
                            : token == "null" || token == "true" || token == "false" ||
                                  is_json_number(token);
  return is_good ? stop : nullptr;
}

bool JsonRowReader::take_flat_text(JsonNode& node, std::string_view text, std::size_t row) {
  if (node.type.kind() == TypeKind::String) {
    node.column->mutable_values<std::string_view>()[row] = text;
    return true;
  }
  return !text.empty() && node.children.empty() &&
         write_json_text(*node.column, row, text, formats_, scratch_);
}

bool JsonRowReader::take_flat_token(JsonNode& node, std::string_view token, std::size_t row) {
  Column& column = *node.column;
  if (token == "null") {
    clear_value(column, row);
    return true;
  }
  if (node.type.kind() == TypeKind::Boolean) {
    column.mutable_values<std::uint8_t>()[row] = token == "true";
    return token == "true" || token == "false";
  }
  if (node.type.kind() == TypeKind::String || !node.children.empty() || token.empty()) return false;
  if (node.type.is_integral()) return write_json_integer(column, row, token);
  return is_json_number(token) && write_json_number(column, row, token);
}

}  // namespace millrace
