#include <cmath>
#include <utility>

#include "records/decimal.hpp"
#include "records/formats/bad_record_handler.hpp"
#include "records/formats/csv_fields.hpp"
#include "records/formats/csv_schema.hpp"
#include "records/formats/formats.hpp"
#include "records/formats/line_end.hpp"
#include "records/formats/time_formats.hpp"
#include "records/interval_text.hpp"
#include "records/number_text.hpp"
#include "records/time_text.hpp"

namespace millrace {

namespace {

struct CsvDecoding {
  CsvSyntax syntax;
  bool header = false;
  std::string null_value;
  TimeFormats formats;
  char separator = 0;
  std::size_t max_record_bytes = 0;
};

template <class T>
bool store(Column& column, std::size_t row, std::optional<T> value) {
  if (value) column.mutable_values<T>()[row] = *value;
  return value.has_value();
}

template <class T>
bool store_integer(Column& column, std::size_t row, std::string_view text) {
  // Java's parsers take no blanks around a number.
  if (text.empty() || text.front() <= ' ' || text.back() <= ' ') return false;
  const auto value = parse_integer(text, column.type().kind(), IntegerSyntax::Ansi);
  return value && store<T>(column, row, static_cast<T>(*value));
}

std::optional<double> parse_csv_double(std::string_view text) {
  if (text == "Inf") return parse_double("Infinity");
  if (text == "-Inf") return parse_double("-Infinity");
  return parse_double(text);
}

bool store_decimal(Column& column, std::size_t row, std::string_view text) {
  Int128 value = 0;
  return parse_decimal(text, column.type(), value) == DecimalParse::Ok &&
         store<Int128>(column, row, value);
}

bool store_boolean(Column& column, std::size_t row, std::string_view text) {
  const bool is_true = equal_ignoring_case(text, "true");
  if (!is_true && !equal_ignoring_case(text, "false")) return false;
  return store<std::uint8_t>(column, row, is_true);
}

bool store_interval(Column& column, std::size_t row, std::string_view text) {
  if (column.type().kind() == TypeKind::CalendarInterval) {
    Result<CalendarInterval> interval = parse_interval(text);
    return interval && store<CalendarInterval>(column, row, *interval);
  }
  Result<std::int64_t> size = parse_sql_interval(text, column.type());
  if (!size) return false;
  if (column.type().kind() == TypeKind::DayTimeInterval) return store<std::int64_t>(column, row, *size);
  return store<std::int32_t>(column, row, static_cast<std::int32_t>(*size));
}

bool store_formatted(Column& column, std::size_t row, std::string_view text,
                     const TimeFormats& formats) {
  const TypeKind kind = column.type().kind();
  const auto value = formats.parse(kind, text);
  if (kind != TypeKind::Date) return store<std::int64_t>(column, row, value);
  return value && store<std::int32_t>(column, row, static_cast<std::int32_t>(*value));
}

/// Rows from lines of separated fields; columns go by position.
class CsvDecoder final : public RecordDecoder {
 public:
  CsvDecoder(const Schema& schema, const BadRecordHandler& bad_records, CsvDecoding decoding)
      : bad_records_(bad_records),
        decoding_(std::move(decoding)),
        splitter_(decoding_.syntax),
        lines_(decoding_.separator),
        header_expected_(decoding_.header) {
    for (std::size_t i = 0; i < schema.size(); ++i)
      if (static_cast<int>(i) != bad_records_.corrupt_column()) targets_.push_back(i);
  }

  Result<std::size_t> decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                             RecordBatch& batch, const ColumnRef& owner) override;
  void restart() override {
    lines_.restart();
    header_expected_ = decoding_.header;
  }

 private:
  Status read_line(std::string_view line, RecordBatch& batch, const ColumnRef& owner);
  bool read_fields(std::string_view line, RecordBatch& batch, const ColumnRef& owner);
  bool read_field(const CsvField& field, Column& column, std::size_t row, const ColumnRef& owner);
  bool write_text(const CsvField& field, Column& column, std::size_t row, const ColumnRef& owner);

  const BadRecordHandler bad_records_;
  const CsvDecoding decoding_;
  CsvLineSplitter splitter_;
  LineReader lines_;
  bool header_expected_;
  std::vector<std::size_t> targets_;  // columns in order, without the corrupt-record column
  std::size_t num_rows_ = 0;
};

Result<std::size_t> CsvDecoder::decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                                       RecordBatch& batch, const ColumnRef& owner) {
  num_rows_ = batch.num_physical_rows();
  if (owner)
    for (ColumnRef& column : batch.columns())
      if (column->type().is_bytes()) column->keep(owner);
  lines_.open(bytes, is_last);
  std::string_view line;
  Status status;
  while (status.ok() && num_rows_ < max_rows && lines_.next(line))
    status = read_line(line, batch, owner);
  for (ColumnRef& column : batch.columns()) column->resize(num_rows_);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(num_rows_));
  if (!status) return status.error();
  return bytes.size() - lines_.rest();
}

Status CsvDecoder::read_line(std::string_view line, RecordBatch& batch, const ColumnRef& owner) {
  if (trim_all(line).empty()) return {};
  if (std::exchange(header_expected_, false)) return {};
  for (ColumnRef& column : batch.columns()) {
    column->resize(num_rows_ + 1);
    column->set_valid(num_rows_);
  }
  const bool is_right =
      line.size() <= decoding_.max_record_bytes && read_fields(line, batch, owner);
  if (!is_right && !bad_records_.keeps_row()) return bad_records_.reject(line);
  bad_records_.mark(batch, num_rows_, is_right ? nullptr : &line, owner);
  ++num_rows_;
  return {};
}

bool CsvDecoder::read_fields(std::string_view line, RecordBatch& batch, const ColumnRef& owner) {
  const std::vector<CsvField>& fields = splitter_.split(line);
  bool is_right = fields.size() == targets_.size();
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    Column& column = *batch.columns()[targets_[i]];
    if (i >= fields.size()) column.set_null(num_rows_);
    else if (!read_field(fields[i], column, num_rows_, owner)) is_right = false;
  }
  return is_right;
}

bool CsvDecoder::read_field(const CsvField& field, Column& column, std::size_t row,
                            const ColumnRef& owner) {
  if (field.text == decoding_.null_value || column.type().is_null()) {
    column.set_null(row);
    return true;
  }
  const bool fits = write_text(field, column, row, owner);
  if (!fits) column.set_null(row);
  return fits;
}

bool CsvDecoder::write_text(const CsvField& field, Column& column, std::size_t row,
                            const ColumnRef& owner) {
  const std::string_view text = field.text;
  if (decoding_.formats.pattern_of(column.type().kind()) != nullptr)
    return store_formatted(column, row, text, decoding_.formats);
  switch (column.type().kind()) {
    case TypeKind::String:
    case TypeKind::Binary:
      column.mutable_values<std::string_view>()[row] =
          owner && !field.copied ? text : column.arena().copy(text);
      return true;
    case TypeKind::Boolean: return store_boolean(column, row, text);
    case TypeKind::Byte: return store_integer<std::int8_t>(column, row, text);
    case TypeKind::Short: return store_integer<std::int16_t>(column, row, text);
    case TypeKind::Int: return store_integer<std::int32_t>(column, row, text);
    case TypeKind::Long: return store_integer<std::int64_t>(column, row, text);
    case TypeKind::Float: {
      const std::optional<double> value = parse_csv_double(text);
      return value && store<float>(column, row, std::isinf(*value) ? static_cast<float>(*value)
                                                                   : parse_float(text));
    }
    case TypeKind::Double: return store<double>(column, row, parse_csv_double(text));
    case TypeKind::Decimal: return store_decimal(column, row, text);
    case TypeKind::Date: return store<std::int32_t>(column, row, parse_date(text));
    case TypeKind::Timestamp:
      return store<std::int64_t>(column, row, parse_timestamp(text, decoding_.formats.zone()));
    case TypeKind::TimestampNtz:
      return store<std::int64_t>(column, row, parse_timestamp_ntz(text, ZoneInText::Malformed));
    default: return store_interval(column, row, text);
  }
}

}  // namespace

Status check_csv_schema(const Schema& schema) {
  for (const Field& field : schema.fields) {
    if (!field.type.is_nested()) continue;
    Error error = make_error(ErrorKind::Usage,
                             "The CSV datasource doesn't support the column `" + field.name +
                                 "` of the type \"" + field.type.to_sql() + "\".",
                             "use the format json, or take the column apart");
    error.error_class = "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE";
    error.sql_state = "0A000";
    return error;
  }
  return {};
}

Result<std::unique_ptr<RecordDecoder>> make_csv_decoder(SchemaPtr schema,
                                                        const FormatSettings& settings) {
  if (Status checked = check_csv_schema(*schema); !checked) return checked.error();
  const Options& options = settings.options;
  CsvDecoding decoding;
  Result<char> separator = option_byte(options, options.find("sep") ? "sep" : "delimiter", ',');
  if (!separator) return separator.error();
  Result<char> quote = option_byte(options, "quote", '"');
  if (!quote) return quote.error();
  Result<char> escape = option_byte(options, "escape", '\\');
  if (!escape) return escape.error();
  Result<bool> header = option_flag(options, "header", false);
  if (!header) return header.error();
  Result<TimeFormats> formats = TimeFormats::read(settings);
  if (!formats) return formats.error();
  Result<char> line_separator = option_line_separator(options);
  if (!line_separator) return line_separator.error();
  decoding.syntax = {*separator, *quote, *escape};
  decoding.header = *header;
  decoding.null_value = option_text(options, "nullValue", "");
  decoding.formats = std::move(*formats);
  decoding.separator = *line_separator;
  decoding.max_record_bytes = settings.max_record_bytes;
  return std::unique_ptr<RecordDecoder>(std::make_unique<CsvDecoder>(
      *schema, BadRecordHandler(*schema, settings), std::move(decoding)));
}

}  // namespace millrace
