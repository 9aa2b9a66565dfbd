#include "records/formats/bad_record_handler.hpp"
#include "records/formats/formats.hpp"
#include "records/value_text.hpp"

namespace millrace {

namespace {

/// One JSON object a line.
class JsonEncoder final : public RecordEncoder {
 public:
  explicit JsonEncoder(const JsonStyle& style) : style_(style) {}

  void encode(const RecordBatch& batch, std::string& out) override {
    batch.rows().for_each([&](std::uint32_t row) {
      append_json_row(out, batch, row, style_);
      out += '\n';
    });
  }

 private:
  JsonStyle style_;
};

}  // namespace

Result<std::unique_ptr<RecordEncoder>> make_json_encoder(SchemaPtr, const FormatSettings& settings) {
  JsonStyle style;
  Result<TimeZone> zone = option_zone(settings);
  if (!zone) return zone.error();
  style.zone = *zone;
  Result<bool> ignore = option_flag(settings.options, "ignoreNullFields", true);
  if (!ignore) return ignore.error();
  style.ignore_null_fields = *ignore;
  return std::unique_ptr<RecordEncoder>(std::make_unique<JsonEncoder>(style));
}

}  // namespace millrace
