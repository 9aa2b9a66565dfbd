#include "sinks/console_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace {

namespace {

/// The next code point of `text` from `at`, and how many bytes it takes. An invalid byte stands for
/// itself.
std::pair<char32_t, std::size_t> next_code_point(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80    ? 1
                           : lead >= 0xF0 ? 4
                           : lead >= 0xE0 ? 3
                           : lead >= 0xC0 ? 2
                                          : 1;
  if (size == 1 || at + size > text.size()) return {lead, 1};
  char32_t code = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0) != 0x80) return {lead, 1};
    code = code << 6 | (byte & 0x3F);
  }
  return {code, size};
}

std::size_t utf16_units(char32_t code) { return code > 0xFFFF ? 2 : 1; }

/// Spark's list of characters that take two columns (Utils.stringHalfWidth).
bool is_full_width(char32_t code) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 7> kRanges{{{0x1100, 0x115F},
                                                                         {0x2E80, 0xA4CF},
                                                                         {0xAC00, 0xD7A3},
                                                                         {0xF900, 0xFAFF},
                                                                         {0xFE30, 0xFE6F},
                                                                         {0xFF00, 0xFF60},
                                                                         {0xFFE0, 0xFFE6}}};
  return std::any_of(kRanges.begin(), kRanges.end(), [code](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, size] = next_code_point(text, at);
    width += utf16_units(code) + (is_full_width(code) ? 1 : 0);
    at += size;
  }
  return width;
}

/// Line ends, tabs and the like as two characters each, so that a cell stays on its line.
std::string escape(std::string_view text) {
  static constexpr std::string_view kPlain = "\n\r\t\f\b\v\a";
  static constexpr std::string_view kLetters = "nrtfbva";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const std::size_t found = kPlain.find(c);
    if (found == std::string_view::npos) {
      out += c;
    } else {
      out += '\\';
      out += kLetters[found];
    }
  }
  return out;
}

/// Front of `text` that has at most `units` UTF-16 units.
std::string_view front(std::string_view text, std::size_t units) {
  std::size_t at = 0;
  for (std::size_t used = 0; at < text.size();) {
    const auto [code, size] = next_code_point(text, at);
    used += utf16_units(code);
    if (used > units) break;
    at += size;
  }
  return text.substr(0, at);
}

/// Longer text becomes its front and three dots; below four units there is no room for the dots.
std::string cut(std::string text, std::size_t units) {
  const std::string_view kept = front(text, units);
  if (units == 0 || kept.size() == text.size()) return text;
  if (units < 4) return std::string(kept);
  return std::string(front(text, units - 3)) + "...";
}

}  // namespace

ConsoleTable::ConsoleTable(SchemaPtr schema, TableStyle style)
    : schema_(std::move(schema)), style_(std::move(style)) {
  for (const Field& field : schema_->fields) header_.push_back(escape(field.name));
}

std::string ConsoleTable::cell(const Column& column, std::size_t row) const {
  TextStyle text_style;
  text_style.zone = style_.zone;
  text_style.null_text = "NULL";
  text_style.binary_as_hex = true;
  std::string text;
  append_text(text, column, row, text_style);
  return cut(escape(text), style_.max_cell);
}

void ConsoleTable::add(const RecordBatch& batch, std::size_t row) {
  if (++num_rows_ > style_.max_rows) return;
  for (std::size_t c = 0; c < header_.size(); ++c) cells_.push_back(cell(batch.column(c), row));
}

std::vector<std::size_t> ConsoleTable::column_widths() const {
  static constexpr std::size_t kLeastWidth = 3;
  std::vector<std::size_t> widths;
  for (const std::string& name : header_)
    widths.push_back(std::max(kLeastWidth, display_width(name)));
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    std::size_t& width = widths[i % widths.size()];
    width = std::max(width, display_width(cells_[i]));
  }
  return widths;
}

void ConsoleTable::draw_row(const std::string* cells, const std::vector<std::size_t>& widths,
                            std::string& out) const {
  out += '|';
  for (std::size_t c = 0; c < widths.size(); ++c) {
    const std::size_t blanks = widths[c] - display_width(cells[c]);
    if (style_.max_cell != 0) out.append(blanks, ' ');
    out += cells[c];
    if (style_.max_cell == 0) out.append(blanks, ' ');
    out += '|';
  }
  out += '\n';
}

void ConsoleTable::draw(std::string& out) const {
  const std::vector<std::size_t> widths = column_widths();
  std::string border = "+";
  for (const std::size_t width : widths) border.append(width, '-') += '+';
  border += widths.empty() ? "+\n" : "\n";
  out += border;
  draw_row(header_.data(), widths, out);
  out += border;
  const std::size_t shown = std::min(num_rows_, style_.max_rows);
  for (std::size_t r = 0; r < shown; ++r) draw_row(cells_.data() + r * widths.size(), widths, out);
  out += border;
  if (num_rows_ > style_.max_rows) {
    out += "only showing top " + std::to_string(style_.max_rows);
    out += style_.max_rows == 1 ? " row" : " rows";
  }
  out += '\n';
}

void ConsoleTable::clear() {
  cells_.clear();
  num_rows_ = 0;
}

}  // namespace millrace
