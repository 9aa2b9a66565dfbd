#include "topology/duration_text.hpp"

#include <string>
#include <vector>

#include "records/edit_distance.hpp"
#include "records/interval_text.hpp"
#include "records/type.hpp"

namespace millrace {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
const std::vector<std::string> kTriggerKinds{"processingTime", "once", "availableNow", "continuous",
                                             "realTime"};

Error config_error(std::string message, std::string fix) {
  return make_error(ErrorKind::Config, std::move(message), std::move(fix));
}

Error unknown_trigger(std::string_view kind) {
  Error error = config_error("trigger: unknown kind: '" + std::string(kind) + "'",
                             "write processingTime, availableNow, once, continuous or realTime");
  const std::string nearest = nearest_name(kind, kTriggerKinds);
  if (!nearest.empty()) error.label = "did you mean `" + nearest + "`?";
  return error;
}

/// Microseconds, below 0 too.
Result<std::int64_t> parse_signed(std::string_view text) {
  auto interval = parse_interval(text);
  if (!interval) {
    interval.error().kind = ErrorKind::Config;
    if (interval.error().fix.empty())
      interval.error().fix = "write a number and a unit, for example `10 seconds` or `100ms`";
    return interval.error();
  }
  if (interval->months != 0)
    return config_error("Doesn't support month or year interval: " + std::string(text),
                        "write the duration in days");
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(std::int64_t{interval->days}, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, interval->microseconds, &micros))
    return config_error("duration too long: '" + std::string(text) + "'", "write a shorter one");
  return micros;
}

/// `what`: Spark's words for the interval.
Result<Trigger> interval_trigger(Trigger::Kind kind, std::string_view interval,
                                 const std::string& what = "interval of trigger") {
  if (interval.empty())
    return config_error("trigger: the interval is missing", "write for example `10 seconds`");
  const auto micros = parse_signed(interval);
  if (!micros) return micros.error();
  if (*micros < 0)
    return config_error("requirement failed: the " + what + " should not be negative",
                        "write an interval of 0 or more");
  Trigger trigger{kind, std::chrono::microseconds(*micros)};
  const bool is_out_of_range = trigger.interval < std::chrono::milliseconds(1) ||
                               trigger.interval > std::chrono::hours(24);
  if (trigger.is_continuous() && is_out_of_range)
    return config_error("trigger: continuous interval out of range: '" + std::string(interval) + "'",
                        "the interval is 1 ms to 24 hours");
  return trigger;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n:");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::string_view kind_in(std::string_view trigger) {
  return trigger.substr(0, trigger.find_first_of(" \t\n:"));
}

}  // namespace

Result<std::chrono::microseconds> parse_duration(std::string_view text) {
  const auto micros = parse_signed(text);
  if (!micros) return micros.error();
  if (*micros < 0)
    return config_error("duration must not be negative: '" + std::string(text) + "'",
                        "write a duration of 0 or more");
  return std::chrono::microseconds(*micros);
}

Result<Trigger> make_trigger(std::string_view kind, std::string_view interval) {
  if (equal_ignoring_case(kind, "processingTime"))
    return interval_trigger(Trigger::Kind::ProcessingTime, interval);
  if (equal_ignoring_case(kind, "continuous"))
    return interval_trigger(Trigger::Kind::Continuous, interval);
  if (is_real_time(kind))
    return interval_trigger(Trigger::Kind::Continuous, interval, "batch duration");
  const bool is_once = equal_ignoring_case(kind, "once");
  if (!is_once && !equal_ignoring_case(kind, "availableNow")) return unknown_trigger(kind);
  if (!interval.empty() && !equal_ignoring_case(interval, "true"))
    return config_error("trigger: `" + std::string(kind) + "` takes no interval: '" +
                            std::string(interval) + "'",
                        "write `trigger: availableNow`");
  return Trigger{Trigger::Kind::AvailableNow, {}};
}

bool is_real_time(std::string_view trigger) {
  return equal_ignoring_case(kind_in(trim(trigger)), "realTime");
}

Result<Trigger> parse_trigger(std::string_view text) {
  const std::string_view whole = trim(text);
  const std::string_view kind = kind_in(whole);
  return make_trigger(kind, trim(whole.substr(kind.size())));
}

}  // namespace millrace
