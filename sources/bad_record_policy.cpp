#include "sources/bad_record_policy.hpp"

#include "records/option_value.hpp"

namespace millrace {

Result<BadRecords> read_bad_records(const Options& options) {
  const std::string text = lower_trimmed(text_option(options, "badRecords", ""));
  if (text.empty()) return BadRecords::Unset;
  if (text == "fail") return BadRecords::Fail;
  if (text == "drop") return BadRecords::Drop;
  return option_error(options, "badRecords", "unknown policy for bad records: '" + text + "'",
                      "choose 'fail' or 'drop'");
}

namespace {
void count_dropped(SourceContext& context, const BadRecord& record) {
  if (context.counters.dropped_records.value() == 0 && context.warn)
    context.warn("dropped a bad record (later ones are only counted): " + record.error.message);
  context.counters.dropped_records.add(1);
}
}  // namespace

FormatSettings decoder_settings(const Options& options, const std::string& time_zone,
                                BadRecords policy, SourceContext& context) {
  FormatSettings settings;
  settings.options = options;
  settings.time_zone = time_zone;
  if (policy != BadRecords::Unset && options.find("mode") == nullptr)
    settings.options.set("mode", "FAILFAST");
  if (policy == BadRecords::Drop)
    settings.on_bad_record = [&context](const BadRecord& record) {
      count_dropped(context, record);
    };
  return settings;
}

Status reject_record(BadRecords policy, const BadRecord& record, SourceContext& context) {
  if (policy != BadRecords::Drop) return record.error;
  count_dropped(context, record);
  return {};
}

OptionDeclaration bad_records_option() {
  return declare_choice(
      "badRecords", {"fail", "drop"}, "",
      "What happens to a record that cannot be decoded; unset: the format's mode.");
}

}  // namespace millrace
