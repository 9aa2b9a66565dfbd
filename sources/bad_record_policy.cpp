#include "sources/bad_record_policy.hpp"

#include "records/option_value.hpp"

namespace millrace {

Result<BadRecords> read_bad_records(const Options& options) {
  const std::string text = lower_trimmed(text_option(options, "badRecords", ""));
  if (text.empty()) return BadRecords::Unset;
  if (text == "fail") return BadRecords::Fail;
  if (text == "drop") return BadRecords::Drop;
  if (text == "deadletter") return BadRecords::DeadLetter;
  return option_error(options, "badRecords", "unknown policy for bad records: '" + text + "'",
                      "choose 'fail', 'drop' or 'deadLetter'");
}

namespace {

void bury(SourceContext& context, const BadRecord& record) {
  context.counters.dropped_records.add(1);
  const std::string position = context.position_of ? context.position_of(record.bytes) : "";
  if (context.dead_letter) context.dead_letter({record.bytes, position, record.error});
}

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
  if (policy == BadRecords::DeadLetter)
    settings.on_bad_record = [&context](const BadRecord& record) { bury(context, record); };
  return settings;
}

Status reject_record(BadRecords policy, const BadRecord& record, SourceContext& context) {
  switch (policy) {
    case BadRecords::Unset:
    case BadRecords::Fail: return record.error;
    case BadRecords::Drop: count_dropped(context, record); return {};
    case BadRecords::DeadLetter: bury(context, record); return {};
  }
  return {};
}

OptionDeclaration bad_records_option() {
  return declare_choice(
      "badRecords", {"fail", "drop", "deadLetter"}, "",
      "What happens to a record that cannot be decoded; unset: the format's mode.");
}

}  // namespace millrace
