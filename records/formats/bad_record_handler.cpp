#include "records/formats/bad_record_handler.hpp"

#include "records/option_value.hpp"
#include "records/utf8.hpp"

namespace millrace {

namespace {

constexpr std::size_t kMaxShownBytes = 1000;

Error malformed(std::string_view record) {
  std::string shown;
  append_valid_utf8(shown, record.substr(0, kMaxShownBytes));
  if (record.size() > kMaxShownBytes) shown += "...";
  Error error = make_error(
      ErrorKind::BadData,
      "Malformed records are detected in record parsing: " + shown +
          ".\nParse Mode: FAILFAST. To process malformed records as null result, try setting the "
          "option 'mode' as 'PERMISSIVE'.",
      "set mode to PERMISSIVE or DROPMALFORMED, or badRecords to drop or deadLetter");
  error.error_class = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  error.sql_state = "22023";
  return error;
}

Error bad_option(std::string_view name, std::string_view value, const std::string& rule,
                 const Origin& origin) {
  Error error = make_error(ErrorKind::Usage, "Invalid value '" + std::string(value) + "' for option '" +
                                                 std::string(name) + "', " + rule);
  error.fix = "change '" + std::string(name) + "' or leave it out";
  error.origin = origin;
  return error;
}

}  // namespace

BadRecordHandler::BadRecordHandler(const Schema& schema, const FormatSettings& settings)
    : on_bad_record_(settings.on_bad_record) {
  const std::string_view mode = option_text(settings.options, "mode", "PERMISSIVE");
  if (equal_ignoring_case(mode, "DROPMALFORMED")) mode_ = Mode::DropMalformed;
  if (equal_ignoring_case(mode, "FAILFAST")) mode_ = Mode::FailFast;
  const std::string_view name =
      option_text(settings.options, "columnNameOfCorruptRecord", "_corrupt_record");
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (schema[i].name == name && schema[i].type.kind() == TypeKind::String)
      corrupt_column_ = static_cast<int>(i);
}

Status BadRecordHandler::reject(std::string_view record) const {
  if (mode_ == Mode::DropMalformed) return {};
  Error error = malformed(record);
  if (!on_bad_record_) return error;
  on_bad_record_({record, std::move(error)});
  return {};
}

void BadRecordHandler::mark(RecordBatch& batch, std::size_t row, const std::string_view* bad_text,
                            const ColumnRef& owner) const {
  if (corrupt_column_ < 0) return;
  Column& column = *batch.columns()[static_cast<std::size_t>(corrupt_column_)];
  if (bad_text == nullptr) return column.set_null(row);
  column.set_valid(row);
  column.mutable_values<std::string_view>()[row] = owner ? *bad_text : column.arena().copy(*bad_text);
  if (owner) column.keep(owner);
}

std::string_view option_text(const Options& options, std::string_view name,
                             std::string_view fallback) {
  const OptionText* option = options.find(name);
  return option == nullptr ? fallback : std::string_view(option->value);
}

Result<bool> option_flag(const Options& options, std::string_view name, bool fallback) {
  const OptionText* option = options.find(name);
  if (option == nullptr) return fallback;
  if (equal_ignoring_case(option->value, "true")) return true;
  if (equal_ignoring_case(option->value, "false")) return false;
  return option_error(options, name, "For input string: \"" + option->value + "\"",
                      "write true or false");
}

Result<char> option_byte(const Options& options, std::string_view name, char fallback) {
  const OptionText* option = options.find(name);
  if (option == nullptr) return fallback;
  if (option->value == "\\t") return '\t';
  if (option->value.size() == 1) return option->value[0];
  return bad_option(name, option->value, "must be one character", option->origin);
}

Result<char> option_line_separator(const Options& options) {
  const OptionText* option = options.find("lineSep");
  if (option != nullptr && option->value == "\\n") return '\n';
  if (option != nullptr && option->value.empty())
    return option_error(options, "lineSep",
                        "requirement failed: 'lineSep' cannot be an empty string.",
                        "write the character that ends a line, or leave the option out");
  return option_byte(options, "lineSep", '\0');
}

Result<TimeZone> option_zone(const FormatSettings& settings) {
  return TimeZone::find(option_text(settings.options, "timeZone", settings.time_zone));
}

}  // namespace millrace
