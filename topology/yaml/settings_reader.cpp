#include "records/option_value.hpp"
#include "records/time_zone.hpp"
#include "topology/duration_text.hpp"
#include "topology/yaml/readers.hpp"

namespace millrace::yaml {
namespace {

constexpr std::int64_t kMaxParallelism = 32'768;
constexpr std::int64_t kMaxThreads = 1'024;
constexpr std::int64_t kMaxRetention = 1'000'000;

bool is_text(const YamlValue& value, std::string_view text) {
  return equal_ignoring_case(value.text, text);
}

/// Reads one setting after the other into the two structs.
class SettingsReader {
 public:
  SettingsReader(LoadContext& context, const YamlValue& map) : context_(context), map_(map) {}

  void read(Settings& settings, RuntimeSettings& runtime) {
    if (const YamlValue* zone = value("timeZone")) read_zone(*zone, settings.time_zone);
    if (const YamlValue* ansi = value("ansi")) settings.ansi = is_text(*ansi, "true");
    read_number("maxParallelism", 1, kMaxParallelism, settings.max_parallelism);
    read_number("parallelism", 1, settings.max_parallelism, settings.parallelism);
    if (const YamlValue* policy = value("multipleWatermarkPolicy"))
      settings.max_watermark_policy = is_text(*policy, "max");
    if (const YamlValue* strict = value("sparkStrict"))
      settings.spark_strict = is_text(*strict, "true");
    if (const YamlValue* alignment = value("alignment"))
      settings.aligned = is_text(*alignment, "aligned");
    if (const YamlValue* idle = value("idle")) runtime.spin = is_text(*idle, "spin");
    if (const YamlValue* handoff = value("handoff")) runtime.hand_off = is_text(*handoff, "on");
    if (const YamlValue* metrics = value("metricsEnabled"))
      runtime.query_metrics = is_text(*metrics, "true");
    read_number("threads", 0, kMaxThreads, runtime.threads);
    read_number("checkpointRetention", 1, kMaxRetention, runtime.checkpoint_retention);
    if (const YamlValue* bytes = value("maxStateBytes")) read_bytes(*bytes, runtime);
  }

 private:
  const YamlValue* value(std::string_view name) {
    return checked_value(context_, map_, *find_option(settings_keys(), name), "settings");
  }

  void read_zone(const YamlValue& value, std::string& zone) {
    if (auto found = TimeZone::find(value.text); !found) {
      found.error().kind = ErrorKind::Config;
      found.error().origin = value.origin;
      if (found.error().fix.empty())
        found.error().fix = "write an IANA name such as `Europe/Berlin`, or an offset: `+02:00`";
      context_.errors.push_back(std::move(found.error()));
      return;
    }
    zone = value.text;
  }

  void read_number(const std::string& name, std::int64_t least, std::int64_t most, int& target) {
    const YamlValue* text = value(name);
    if (!text) return;
    const std::int64_t number = *parse_whole_number(text->text);
    if (number < least || number > most)
      return context_.fail("settings: `" + name + "` out of range: '" + text->text + "'",
                           text->origin, "write a number from " + std::to_string(least) + " to " +
                                             std::to_string(most));
    target = static_cast<int>(number);
  }

  void read_bytes(const YamlValue& value, RuntimeSettings& runtime) {
    const std::size_t unit = value.text.find_first_not_of("0123456789");
    const auto number = parse_whole_number(std::string_view(value.text).substr(0, unit));
    int shift = 0;
    if (unit != std::string::npos)
      shift = 10 * static_cast<int>(std::string_view("bkmgt").find(
                       lower_trimmed(std::string_view(value.text).substr(unit)).front()));
    std::int64_t bytes = 0;
    if (!number || __builtin_mul_overflow(*number, std::int64_t{1} << shift, &bytes))
      return context_.fail("settings: `maxStateBytes` out of range: '" + value.text + "'",
                           value.origin, "write for example `4GiB`");
    runtime.max_state_bytes = bytes;
  }

  LoadContext& context_;
  const YamlValue& map_;
};

void take(LoadContext& context, Result<Trigger> trigger, const YamlValue& value, Trigger& target) {
  if (trigger) {
    target = *trigger;
    return;
  }
  trigger.error().origin = value.origin;
  context.errors.push_back(std::move(trigger.error()));
}

void warn_of_once(LoadContext& context, std::string_view kind, const Origin& origin) {
  if (!equal_ignoring_case(kind, "once")) return;
  Error warning = make_error(ErrorKind::Config, "trigger: `once` is deprecated",
                             "write `availableNow`, which does the same");
  warning.origin = origin;
  context.warnings.push_back(std::move(warning));
}

}  // namespace

void read_settings(LoadContext& context, const YamlValue& value, Settings& settings,
                   RuntimeSettings& runtime) {
  if (value.is_null() || !context.expect(YamlValue::Kind::Map, value, "settings")) return;
  check_keys(context, "settings", value, {&settings_keys()});
  SettingsReader(context, value).read(settings, runtime);
}

void read_trigger(LoadContext& context, const YamlValue& value, Settings& settings) {
  Trigger& trigger = settings.trigger;
  if (value.is_null()) return;
  if (value.is_scalar()) {
    settings.real_time = is_real_time(value.text);
    warn_of_once(context, value.text, value.origin);
    if (!equal_ignoring_case(value.text, "none"))
      take(context, parse_trigger(value.text), value, trigger);
    return;
  }
  if (!context.expect(YamlValue::Kind::Map, value, "trigger")) return;
  if (value.entries.size() != 1)
    return context.fail("trigger: exactly one kind is needed", value.origin,
                        "write for example `trigger: {processingTime: 10 seconds}`");
  const YamlEntry& entry = value.entries.front();
  settings.real_time = is_real_time(entry.key.text);
  if (!find_option(trigger_keys(), entry.key.text))
    return take(context, parse_trigger(entry.key.text), entry.key, trigger);
  if (!entry.value.is_null() && !context.expect(YamlValue::Kind::Scalar, entry.value, "trigger"))
    return;
  warn_of_once(context, entry.key.text, entry.key.origin);
  take(context, make_trigger(entry.key.text, entry.value.text), entry.value, trigger);
}

}  // namespace millrace::yaml
