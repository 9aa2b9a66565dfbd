#pragma once

#include <string_view>

#include "records/formats/format.hpp"
#include "records/time_zone.hpp"

namespace millrace {

/// What happens to a record that is not wholly right, and where its text goes: Spark's options `mode`
/// and `columnNameOfCorruptRecord`.
class BadRecordHandler {
 public:
  enum class Mode { Permissive, DropMalformed, FailFast };

  /// An unknown mode means PERMISSIVE, as in Spark.
  BadRecordHandler(const Schema& schema, const FormatSettings& settings);

  /// Index of the column that takes the text of bad records, or -1.
  int corrupt_column() const { return corrupt_column_; }
  /// True when a bad record still gives a row (PERMISSIVE).
  bool keeps_row() const { return mode_ == Mode::Permissive; }
  /// Deals with a record whose row is not kept: drops it, tells the listener, or fails.
  Status reject(std::string_view record) const;
  /// Writes the corrupt column of row `row`: the text of a bad record, else NULL. The text is a view
  /// when `owner` is set.
  void mark(RecordBatch& batch, std::size_t row, const std::string_view* bad_text,
            const ColumnRef& owner) const;

 private:
  Mode mode_ = Mode::Permissive;
  int corrupt_column_ = -1;
  std::function<void(const BadRecord&)> on_bad_record_;
};

/// The text of an option, or `fallback` when it is not set.
std::string_view option_text(const Options& options, std::string_view name, std::string_view fallback);
/// `true` or `false` in any case.
Result<bool> option_flag(const Options& options, std::string_view name, bool fallback);
/// The option's only byte. Error: longer text, and empty text unless `fallback` stands for it.
Result<char> option_byte(const Options& options, std::string_view name, char fallback);
/// Option `lineSep`: 0 when it is not set.
Result<char> option_line_separator(const Options& options);
/// Option `timeZone`, else the session's zone.
Result<TimeZone> option_zone(const FormatSettings& settings);

}  // namespace millrace
