#include "records/formats/format.hpp"

#include "records/columnar/columnar_file.hpp"
#include "records/edit_distance.hpp"
#include "records/formats/formats.hpp"
#include "records/option_value.hpp"

namespace millrace {

namespace {

const std::vector<std::string> kFormats = {"text", "csv", "json", "parquet", "orc"};

Error unknown_format(std::string_view format) {
  Error error =
      make_error(ErrorKind::Usage, "Failed to find the data source: " + std::string(format) + ".");
  error.error_class = "DATA_SOURCE_NOT_FOUND";
  error.sql_state = "42K02";
  const std::string nearest = nearest_name(format, kFormats);
  error.fix = nearest.empty() ? "use text, csv, json, parquet or orc" : "did you mean '" + nearest + "'?";
  return error;
}

OptionDeclaration mode_option() {
  return declare("mode", OptionType::Text, "PERMISSIVE",
                 "What to do with a malformed record: PERMISSIVE, DROPMALFORMED or FAILFAST.");
}
OptionDeclaration corrupt_column_option() {
  return declare("columnNameOfCorruptRecord", OptionType::Text, "_corrupt_record",
                 "STRING column that takes the text of malformed records, if the schema has it.");
}
OptionDeclaration line_separator_option() {
  return declare("lineSep", OptionType::Text, "",
                 "The one byte that ends a line; LF, CR LF and CR when not set.");
}
OptionDeclaration zone_option() {
  return declare("timeZone", OptionType::Text, "",
                 "Zone of timestamps without one; the session's zone when not set.");
}

OptionDeclaration date_format_option() {
  return declare("dateFormat", OptionType::Text, "", "Java's pattern of dates: `dd.MM.yyyy`.");
}
OptionDeclaration timestamp_format_option() {
  return declare("timestampFormat", OptionType::Text, "", "Java's pattern of timestamps with a zone.");
}
OptionDeclaration timestamp_ntz_format_option() {
  return declare("timestampNTZFormat", OptionType::Text, "",
                 "Java's pattern of timestamps without a zone.");
}

std::vector<OptionDeclaration> json_options() {
  return {mode_option(),
          corrupt_column_option(),
          line_separator_option(),
          zone_option(),
          date_format_option(),
          timestamp_format_option(),
          timestamp_ntz_format_option(),
          declare("multiLine", OptionType::Boolean, "false",
                  "A whole file is one object, or an array that gives a row for each element."),
          declare("ignoreNullFields", OptionType::Boolean, "true",
                  "Leave fields that are NULL out when writing.")};
}

std::vector<OptionDeclaration> csv_options() {
  return {mode_option(),
          corrupt_column_option(),
          line_separator_option(),
          zone_option(),
          date_format_option(),
          timestamp_format_option(),
          timestamp_ntz_format_option(),
          declare("sep", OptionType::Text, ",", "The character between two fields."),
          declare("header", OptionType::Boolean, "false",
                  "The first line of each file holds the names of the columns."),
          declare("quote", OptionType::Text, "\"", "The character around fields that need it."),
          declare("escape", OptionType::Text, "\\", "The character before a quote inside quotes."),
          declare("nullValue", OptionType::Text, "", "The text that stands for NULL."),
          declare("emptyValue", OptionType::Text, "", "What an empty text is written as; \"\" when "
                                                      "not set.")};
}

}  // namespace

Result<std::unique_ptr<RecordDecoder>> make_decoder(std::string_view format, SchemaPtr schema,
                                                    const FormatSettings& settings) {
  if (equal_ignoring_case(format, "text")) return make_text_decoder(std::move(schema), settings);
  if (equal_ignoring_case(format, "json")) return make_json_decoder(std::move(schema), settings);
  if (equal_ignoring_case(format, "csv")) return make_csv_decoder(std::move(schema), settings);
  return unknown_format(format);
}

Result<std::unique_ptr<RecordEncoder>> make_encoder(std::string_view format, SchemaPtr schema,
                                                    const FormatSettings& settings) {
  if (equal_ignoring_case(format, "text")) return make_text_encoder(std::move(schema), settings);
  if (equal_ignoring_case(format, "json")) return make_json_encoder(std::move(schema), settings);
  if (equal_ignoring_case(format, "csv")) return make_csv_encoder(std::move(schema), settings);
  if (is_columnar_format(format) || equal_ignoring_case(format, "arrow"))
    return make_columnar_encoder(std::string(format), schema, settings);
  return unknown_format(format);
}

const std::vector<OptionDeclaration>& format_options(std::string_view format) {
  static const std::vector<OptionDeclaration> kText = {line_separator_option()};
  static const std::vector<OptionDeclaration> kJson = json_options();
  static const std::vector<OptionDeclaration> kCsv = csv_options();
  static const std::vector<OptionDeclaration> kNone;
  if (equal_ignoring_case(format, "text")) return kText;
  if (equal_ignoring_case(format, "json")) return kJson;
  return equal_ignoring_case(format, "csv") ? kCsv : kNone;
}

}  // namespace millrace
