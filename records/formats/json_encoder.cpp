#include "records/formats/bad_record_handler.hpp"
#include "records/formats/formats.hpp"
#include "records/formats/json_text.hpp"

namespace millrace {

namespace {

/// One JSON object a line.
class JsonEncoder final : public RecordEncoder {
 public:
  JsonEncoder(TimeFormats formats, bool ignore_null_fields)
      : formats_(std::move(formats)), style_{formats_.zone(), ignore_null_fields} {}

  void encode(const RecordBatch& batch, std::string& out) override {
    batch.rows().for_each([&](std::uint32_t row) {
      append_json_row(out, batch, row, style_, formats_);
      out += '\n';
    });
  }

 private:
  const TimeFormats formats_;
  const JsonStyle style_;
};

}  // namespace

Result<std::unique_ptr<RecordEncoder>> make_json_encoder(SchemaPtr, const FormatSettings& settings) {
  Result<TimeFormats> formats = TimeFormats::read(settings);
  if (!formats) return formats.error();
  Result<bool> ignore = option_flag(settings.options, "ignoreNullFields", true);
  if (!ignore) return ignore.error();
  return std::unique_ptr<RecordEncoder>(
      std::make_unique<JsonEncoder>(std::move(*formats), *ignore));
}

}  // namespace millrace
