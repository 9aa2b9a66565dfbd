#include <algorithm>

#include "records/formats/bad_record_handler.hpp"
#include "records/formats/formats.hpp"
#include "records/formats/json_row_reader.hpp"
#include "records/formats/line_end.hpp"
#include "records/formats/relaxed_json.hpp"

namespace millrace {

namespace {

constexpr std::size_t kFirstCapacity = 4096;
constexpr std::size_t kLargestKeptParser = std::size_t{16} << 20;

bool is_blank(std::string_view line) {
  for (char c : line)
    if (static_cast<unsigned char>(c) > ' ') return false;
  return true;
}

/// One JSON object a line, or an array of them, which gives a row for each element (the only case in
/// which a batch may get more rows than asked for). With `multiLine` a whole file is that line.
class JsonDecoder final : public RecordDecoder {
 public:
  JsonDecoder(const Schema& schema, const BadRecordHandler& bad_records, TimeFormats formats,
              LineReader lines, std::size_t max_record_bytes)
      : bad_records_(bad_records),
        reader_(schema, bad_records.corrupt_column(), std::move(formats)),
        lines_(lines),
        max_record_bytes_(max_record_bytes) {
    // Room for most lines at once: the parser otherwise grows to the exact length of each longer one.
    if (parser_.allocate(kFirstCapacity)) parser_ = simdjson::ondemand::parser();
  }

  Result<std::size_t> decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                             RecordBatch& batch, const ColumnRef& owner) override;
  void restart() override { lines_.restart(); }

 private:
  Status read_line(std::string_view line);
  JsonOutcome read_strict(std::string_view json);
  JsonOutcome read_relaxed(std::string_view line);
  JsonOutcome read_elements(simdjson::ondemand::document& document);
  Status take_up(JsonOutcome outcome, std::string_view line, std::size_t first_row);
  void start_row();
  void undo_rows(std::size_t first_row);

  const BadRecordHandler bad_records_;
  JsonRowReader reader_;
  LineReader lines_;
  const std::size_t max_record_bytes_;
  simdjson::ondemand::parser parser_;
  std::string relaxed_;
  // The decode call at hand.
  RecordBatch* batch_ = nullptr;
  const ColumnRef* owner_ = nullptr;
  std::size_t num_rows_ = 0;
  std::size_t reserved_rows_ = 0;
};

Result<std::size_t> JsonDecoder::decode(std::string_view bytes, bool is_last, std::size_t max_rows,
                                        RecordBatch& batch, const ColumnRef& owner) {
  batch_ = &batch;
  owner_ = &owner;
  num_rows_ = reserved_rows_ = batch.num_physical_rows();
  reader_.bind(batch, owner);
  lines_.open(bytes, is_last);
  std::string_view line;
  Status status;
  while (status.ok() && num_rows_ < max_rows && lines_.next(line)) status = read_line(line);
  for (ColumnRef& column : batch.columns()) column->resize(num_rows_);
  batch.set_num_physical_rows(static_cast<std::uint32_t>(num_rows_));
  if (!status) return status.error();
  return bytes.size() - lines_.rest();
}

void JsonDecoder::start_row() {
  if (num_rows_ < reserved_rows_) return;
  reserved_rows_ = std::max<std::size_t>(64, num_rows_ * 2);
  for (ColumnRef& column : batch_->columns()) column->resize(reserved_rows_);
}

void JsonDecoder::undo_rows(std::size_t first_row) {
  for (; num_rows_ > first_row; --num_rows_)
    for (ColumnRef& column : batch_->columns()) revive_value(*column, num_rows_ - 1);
  for (ColumnRef& column : batch_->columns()) revive_value(*column, first_row);
}

Status JsonDecoder::read_line(std::string_view line) {
  if (is_blank(line)) return {};
  start_row();
  const std::size_t first_row = num_rows_;
  if (line.size() > max_record_bytes_) return take_up(JsonOutcome::Broken, line, first_row);
  if (reader_.read_flat(line, num_rows_)) {
    ++num_rows_;
    return take_up(JsonOutcome::Right, line, first_row);
  }
  reader_.set_copies(false);
  JsonOutcome outcome = read_strict(line);
  if (outcome == JsonOutcome::Broken) {
    undo_rows(first_row);
    outcome = read_relaxed(line);
  }
  if (parser_.capacity() > kLargestKeptParser) parser_ = simdjson::ondemand::parser();
  return take_up(outcome, line, first_row);
}

JsonOutcome JsonDecoder::read_strict(std::string_view json) {
  simdjson::ondemand::document document;
  const simdjson::padded_string_view padded(json.data(), json.size(), json.size() + kDecodePadding);
  if (parser_.iterate(padded).get(document)) return JsonOutcome::Broken;
  simdjson::ondemand::json_type type;
  if (document.type().get(type)) return JsonOutcome::Broken;
  if (type == simdjson::ondemand::json_type::array) return read_elements(document);
  simdjson::ondemand::object object;
  if (document.get_object().get(object)) return JsonOutcome::Broken;
  const JsonOutcome outcome = reader_.read_row(document, object, num_rows_);
  if (outcome != JsonOutcome::Broken) ++num_rows_;
  return outcome;
}

JsonOutcome JsonDecoder::read_elements(simdjson::ondemand::document& document) {
  simdjson::ondemand::array array;
  if (document.get_array().get(array)) return JsonOutcome::Broken;
  JsonOutcome outcome = JsonOutcome::Right;
  for (auto next : array) {
    simdjson::ondemand::object object;
    if (std::move(next).get_object().get(object)) return JsonOutcome::Broken;
    start_row();
    outcome = std::max(outcome, reader_.read_row(document, object, num_rows_));
    if (outcome == JsonOutcome::Broken) return outcome;
    ++num_rows_;
  }
  return outcome;
}

JsonOutcome JsonDecoder::read_relaxed(std::string_view line) {
  if (!relax_json(line, relaxed_)) return JsonOutcome::Broken;
  const std::size_t size = relaxed_.size();
  relaxed_.resize(size + kDecodePadding);
  reader_.set_copies(true);
  return read_strict({relaxed_.data(), size});
}

Status JsonDecoder::take_up(JsonOutcome outcome, std::string_view line, std::size_t first_row) {
  const bool is_bad = outcome != JsonOutcome::Right;
  if (is_bad && !bad_records_.keeps_row()) {
    undo_rows(first_row);
    return bad_records_.reject(line);
  }
  if (outcome == JsonOutcome::Broken) {
    undo_rows(first_row);
    reader_.clear_row(num_rows_++);
  }
  if (bad_records_.corrupt_column() < 0) return {};
  for (std::size_t row = first_row; row < num_rows_; ++row)
    bad_records_.mark(*batch_, row, is_bad ? &line : nullptr, *owner_);
  return {};
}

Status check_type(const DataType& type, const std::string& column) {
  if (type.kind() == TypeKind::Map && type.key().kind() != TypeKind::String)
    return make_error(ErrorKind::Usage,
                      "json: map keys must be STRING: column '" + column + "' is " + type.to_sql(),
                      "declare the column as MAP<STRING, ...>");
  for (const Field& field : type.fields())
    if (Status checked = check_type(field.type, column); !checked) return checked;
  return {};
}

}  // namespace

Result<std::unique_ptr<RecordDecoder>> make_json_decoder(SchemaPtr schema,
                                                         const FormatSettings& settings) {
  for (const Field& field : schema->fields)
    if (Status checked = check_type(field.type, field.name); !checked) return checked.error();
  Result<TimeFormats> formats = TimeFormats::read(settings);
  if (!formats) return formats.error();
  Result<char> separator = option_line_separator(settings.options);
  if (!separator) return separator.error();
  Result<bool> multi_line = option_flag(settings.options, "multiLine", false);
  if (!multi_line) return multi_line.error();
  const LineReader lines = *multi_line ? LineReader::whole() : LineReader(*separator);
  return std::unique_ptr<RecordDecoder>(
      std::make_unique<JsonDecoder>(*schema, BadRecordHandler(*schema, settings),
                                    std::move(*formats), lines, settings.max_record_bytes));
}

}  // namespace millrace
