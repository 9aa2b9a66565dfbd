#include "topology/analysis/resolve_sink.hpp"

#include "expressions/expression_errors.hpp"
#include "records/option_value.hpp"
#include "topology/analysis/formats.hpp"

#include <algorithm>
#include <filesystem>

namespace millrace {
namespace {

Error mode_error(const std::string& subclass, const std::string& mode, const std::string& why,
                 std::string fix) {
  Error error = spark_error("STREAMING_OUTPUT_MODE." + subclass, "42KDE",
                            "Invalid streaming output mode: " + mode + ". " + why);
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

Result<OutputMode> parse_mode(const std::string& text) {
  if (text.empty() || equal_ignoring_case(text, "append")) return OutputMode::Append;
  if (equal_ignoring_case(text, "update")) return OutputMode::Update;
  if (equal_ignoring_case(text, "complete")) return OutputMode::Complete;
  return mode_error("INVALID", text, "Accepted output modes are 'Append', 'Complete', 'Update'.",
                    "write append, complete or update");
}

Error mode_not_taken(const SinkType& type, const std::string& mode, const std::string& format) {
  std::string modes;
  for (const auto& known : type.output_modes) modes += (modes.empty() ? "" : ", ") + known;
  return mode_error("UNSUPPORTED_DATASOURCE", mode,
                    "This output mode is not supported in Data Source " + format + ".",
                    "this sink takes: " + modes);
}

std::string path_of(const plan::WriteStream& output) {
  const OptionText* path = output.options.find("path");
  if (!path || path->value.empty()) return {};
  return std::filesystem::absolute(path->value).lexically_normal().string();
}

}  // namespace

std::string mode_name(OutputMode mode) {
  switch (mode) {
    case OutputMode::Append: return "append";
    case OutputMode::Update: return "update";
    case OutputMode::Complete: return "complete";
  }
  return {};
}

std::optional<resolved::Output> resolve_sink(const plan::WriteStream& output, const Schema* schema,
                                             const Catalog& catalog, const Settings& settings,
                                             std::vector<Error>& errors) {
  const std::size_t errors_before = errors.size();
  const auto fail = [&](Error error) {
    if (error.origin.line == 0) error.origin = output.origin;
    errors.push_back(std::move(error));
  };
  resolved::Output resolved_output;
  resolved_output.name = output.name;
  resolved_output.origin = output.origin;
  resolved_output.late_records = output.late_records;
  auto mode = parse_mode(output.output_mode);
  if (!mode.ok()) fail(std::move(mode.error()));
  const auto choice = find_sink(*catalog.sinks, output.format);
  if (!choice) fail(unknown_sink(*catalog.sinks, output.format));
  if (choice && mode.ok()) {
    const auto& modes = choice->type->output_modes;
    const std::string& format = choice->format.empty() ? choice->type->name : choice->format;
    const bool is_taken = std::find(modes.begin(), modes.end(), mode_name(*mode)) != modes.end();
    if (!is_taken) fail(mode_not_taken(*choice->type, mode_name(*mode), format));
    resolved_output.mode = *mode;
  }
  if (choice && schema) {
    auto planned =
        choice->type->plan({with_format(output.options, choice->format), output.name,
                            path_of(output), output.partition_by, *schema, settings.time_zone});
    if (!planned.ok()) fail(std::move(planned.error()));
    resolved_output.format = choice->type->name;
    resolved_output.wants_committed =
        lower_trimmed(text_option(output.options, "visibility", "immediate")) == "committed";
    if (planned.ok()) resolved_output.sink = std::move(*planned);
  }
  if (!schema || errors.size() != errors_before) return std::nullopt;
  return resolved_output;
}

}  // namespace millrace
