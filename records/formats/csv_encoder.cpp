#include "records/formats/bad_record_handler.hpp"
#include "records/formats/csv_fields.hpp"
#include "records/formats/csv_schema.hpp"
#include "records/formats/formats.hpp"
#include "records/formats/time_formats.hpp"
#include "records/time_text.hpp"
#include "records/value_text.hpp"

namespace millrace {

namespace {

struct CsvEncoding {
  CsvSyntax syntax;
  bool header = false;
  std::string null_value;
  std::string empty_value = "\"\"";
  TextStyle style;
  TimeFormats formats;
};

/// One line of separated fields a row, as Spark's writer makes them: blanks around a value are cut, an
/// empty text is `""`, NULL is nothing.
class CsvEncoder final : public RecordEncoder {
 public:
  CsvEncoder(SchemaPtr schema, CsvEncoding encoding)
      : schema_(std::move(schema)), encoding_(std::move(encoding)) {}

  void begin(std::string& out) override {
    if (!encoding_.header) return;
    for (std::size_t c = 0; c < schema_->size(); ++c) {
      if (c != 0) out += encoding_.syntax.separator;
      append_field((*schema_)[c].name, out);
    }
    out += '\n';
  }

  void encode(const RecordBatch& batch, std::string& out) override {
    batch.rows().for_each([&](std::uint32_t row) {
      for (std::size_t c = 0; c < batch.num_columns(); ++c) {
        if (c != 0) out += encoding_.syntax.separator;
        append_value(batch.column(c), row, out);
      }
      out += '\n';
    });
  }

 private:
  void append_value(const Column& column, std::size_t row, std::string& out);
  void append_field(std::string_view text, std::string& out) const;

  SchemaPtr schema_;
  CsvEncoding encoding_;
  std::string text_;
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

void CsvEncoder::append_value(const Column& column, std::size_t row, std::string& out) {
  if (column.is_null(row) || column.type().is_null()) {
    out += encoding_.null_value;
    return;
  }
  text_.clear();
  const TypeKind kind = column.type().kind();
  if (encoding_.formats.pattern_of(kind) != nullptr) {
    encoding_.formats.append(text_, kind,
                             kind == TypeKind::Date ? column.at<std::int32_t>(row)
                                                    : column.at<std::int64_t>(row));
    return append_field(text_, out);
  }
  switch (kind) {
    case TypeKind::String: return append_field(column.at<std::string_view>(row), out);
    case TypeKind::Timestamp:
      append_timestamp_iso(text_, column.at<std::int64_t>(row), encoding_.style.zone);
      break;
    case TypeKind::TimestampNtz:
      append_timestamp_ntz_iso(text_, column.at<std::int64_t>(row));
      break;
    default: append_text(text_, column, row, encoding_.style);
  }
  append_field(text_, out);
}

void CsvEncoder::append_field(std::string_view text, std::string& out) const {
  const CsvSyntax& syntax = encoding_.syntax;
  if (text.empty()) {
    out += encoding_.empty_value;
    return;
  }
  text = trim(text);
  const char special[] = {syntax.separator, syntax.quote, '\n', '\r'};
  if (text.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos) {
    out += text;
    return;
  }
  out += syntax.quote;
  for (char c : text) {
    if (c == syntax.quote || c == syntax.escape) out += syntax.escape;
    out += c;
  }
  out += syntax.quote;
}

}  // namespace

Result<std::unique_ptr<RecordEncoder>> make_csv_encoder(SchemaPtr schema,
                                                        const FormatSettings& settings) {
  if (Status checked = check_csv_schema(*schema); !checked) return checked.error();
  const Options& options = settings.options;
  CsvEncoding encoding;
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
  encoding.syntax = {*separator, *quote, *escape};
  encoding.header = *header;
  encoding.null_value = option_text(options, "nullValue", "");
  encoding.empty_value = option_text(options, "emptyValue", "\"\"");
  encoding.style.zone = formats->zone();
  encoding.formats = std::move(*formats);
  encoding.style.plain_decimals = false;
  return std::unique_ptr<RecordEncoder>(
      std::make_unique<CsvEncoder>(std::move(schema), std::move(encoding)));
}

}  // namespace millrace
