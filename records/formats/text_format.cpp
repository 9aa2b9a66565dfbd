#include "records/formats/bad_record_handler.hpp"
#include "records/formats/formats.hpp"
#include "records/formats/line_end.hpp"
#include "records/value_text.hpp"

namespace millrace {

namespace {

Error not_text(const Field& field) {
  Error error = make_error(ErrorKind::Usage,
                           "The Text datasource doesn't support the column `" + field.name +
                               "` of the type \"" + field.type.to_sql() + "\".",
                           "cast it to STRING");
  error.error_class = "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE";
  error.sql_state = "0A000";
  return error;
}

Status check_schema(const Schema& schema) {
  for (const Field& field : schema.fields)
    if (field.type.kind() != TypeKind::String) return not_text(field);
  if (schema.size() == 1) return {};
  Error error = make_error(ErrorKind::Usage,
                           "Text data source supports only a single column, and you have " +
                               std::to_string(schema.size()) + " columns.",
                           "select one STRING column, or use the format csv or json");
  error.error_class = "_LEGACY_ERROR_TEMP_1290";
  return error;
}

/// Every line is a row of one string.
class TextDecoder final : public RecordDecoder {
 public:
  TextDecoder(char separator, const FormatSettings& settings)
      : lines_(separator),
        max_record_bytes_(settings.max_record_bytes),
        on_bad_record_(settings.on_bad_record) {}

  Result<std::size_t> decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                             RecordBatch& batch, const ColumnRef& owner) override;
  void restart() override { lines_.restart(); }

 private:
  Status reject(std::string_view line) const;

  LineReader lines_;
  std::size_t max_record_bytes_;
  std::function<void(const BadRecord&)> on_bad_record_;
};

Result<std::size_t> TextDecoder::decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                                        RecordBatch& batch, const ColumnRef& owner) {
  Column& column = *batch.columns()[0];
  if (owner) column.keep(owner);
  lines_.open(bytes, is_last);
  std::string_view line;
  while (column.size() < max_rows && lines_.next(line)) {
    if (line.size() > max_record_bytes_) [[unlikely]] {
      if (Status rejected = reject(line); !rejected) return rejected.error();
    } else if (owner) {
      column.append_view(line);
    } else {
      column.append_bytes(line);
    }
  }
  batch.set_num_physical_rows(static_cast<std::uint32_t>(column.size()));
  return bytes.size() - lines_.rest();
}

Status TextDecoder::reject(std::string_view line) const {
  Error error = make_error(ErrorKind::BadData,
                           "text: line is longer than the limit: " + std::to_string(line.size()) +
                               " bytes",
                           "set badRecords to drop or deadLetter");
  if (!on_bad_record_) return error;
  on_bad_record_({line, std::move(error)});
  return {};
}

/// Writes the string of every row; NULL is an empty line.
class TextEncoder final : public RecordEncoder {
 public:
  void encode(const RecordBatch& batch, std::string& out) override {
    const Column& column = batch.column(0);
    batch.rows().for_each([&](std::uint32_t row) {
      if (!column.is_null(row)) out += column.at<std::string_view>(row);
      out += '\n';
    });
  }
};

}  // namespace

Result<std::unique_ptr<RecordDecoder>> make_text_decoder(SchemaPtr schema,
                                                         const FormatSettings& settings) {
  if (Status checked = check_schema(*schema); !checked) return checked.error();
  Result<char> separator = option_line_separator(settings.options);
  if (!separator) return separator.error();
  return std::unique_ptr<RecordDecoder>(std::make_unique<TextDecoder>(*separator, settings));
}

Result<std::unique_ptr<RecordEncoder>> make_text_encoder(SchemaPtr schema, const FormatSettings&) {
  if (Status checked = check_schema(*schema); !checked) return checked.error();
  return std::unique_ptr<RecordEncoder>(std::make_unique<TextEncoder>());
}

}  // namespace millrace
