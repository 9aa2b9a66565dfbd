#pragma once

#include "records/record_batch.hpp"
#include "records/value_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// How the console shows rows.
struct TableStyle {
  /// Rows shown; the others are only counted.
  std::size_t max_rows = 20;
  /// Longest cell in UTF-16 units (as Java counts); 0: nothing is cut and values stand to the left.
  std::size_t max_cell = 20;
  TimeZone zone;
};

/// Collects the rows of one epoch and draws them as `Dataset.show` does: columns as wide as their
/// widest cell (full-width characters count two), line ends and tabs as escapes. Not thread-safe.
class ConsoleTable {
 public:
  ConsoleTable(SchemaPtr schema, TableStyle style);

  /// Takes one row of a batch of the schema.
  void add(const RecordBatch& batch, std::size_t row);
  std::size_t num_rows() const { return num_rows_; }
  /// Appends the table and the line after it: blank, or `only showing top N rows`.
  void draw(std::string& out) const;
  void clear();

 private:
  std::string cell(const Column& column, std::size_t row) const;
  void draw_row(const std::string* cells, const std::vector<std::size_t>& widths,
                std::string& out) const;
  std::vector<std::size_t> column_widths() const;

  SchemaPtr schema_;
  TableStyle style_;
  std::vector<std::string> header_;
  std::vector<std::string> cells_;  // of all rows shown, row by row
  std::size_t num_rows_ = 0;
};

}  // namespace millrace
