#include "prepared_topology.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "color.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/planner.hpp"
#include "topology/yaml/document.hpp"

namespace millrace::cli {
namespace {

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// Reads one byte more than a topology file may have, so that an endless stream is refused as well.
std::string read_stream(std::istream& stream) {
  std::string text(yaml::DocumentLimits{}.max_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

Result<std::string> read_text(const std::string& file) {
  if (file == "-") return read_stream(std::cin);
  std::error_code code;
  if (!std::filesystem::exists(file, code))
    return make_error(ErrorKind::InputMissing, "topology file not found: '" + file + "'",
                      "name an existing file, or `-` for standard input");
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, code))
    return make_error(ErrorKind::InputMissing, "topology file cannot be read: '" + file + "'",
                      "name a file that you may read");
  return read_stream(stream);
}

bool is_reported(const std::vector<Error>& errors, const Error& error) {
  for (const Error& known : errors)
    if (known.message == error.message && known.origin.line == error.origin.line &&
        known.origin.column == error.origin.column)
      return true;
  return false;
}

void analyze_and_plan(PreparedTopology& prepared) {
  const LoadedTopology& loaded = prepared.loaded;
  Catalog catalog = Catalog::builtin();
  catalog.names = loaded.views;
  Analysis analysis = analyze(loaded.outputs, catalog, loaded.settings);
  for (Error& error : analysis.errors) {
    Error located = loaded.located(std::move(error));
    if (!is_reported(prepared.errors, located)) prepared.errors.push_back(std::move(located));
  }
  if (!prepared.errors.empty()) return;
  auto plan = plan_execution(analysis.plan, loaded.settings);
  if (plan)
    prepared.plan = std::move(*plan);
  else
    prepared.errors.push_back(loaded.located(std::move(plan.error())));
}

/// Without a checkpoint each run begins with epoch 0, which the folder of a file sink has already: the
/// rows would be left out in silence. Spark refuses it too.
std::vector<Error> missing_checkpoints(const PreparedTopology& prepared) {
  std::vector<Error> errors;
  const LoadedTopology& loaded = prepared.loaded;
  if (!loaded.checkpoint_location.empty() || !prepared.plan || prepared.plan->bounded) return errors;
  for (const plan::WriteStream& output : loaded.outputs) {
    const auto sink = find_sink(builtin_sinks(), output.format);
    if (!sink || !sink->type->needs_checkpoint) continue;
    Error error = make_error(
        ErrorKind::Config,
        "checkpointLocation must be specified either through option(\"checkpointLocation\", ...) or "
        "SparkSession.conf.set(\"spark.sql.streaming.checkpointLocation\", ...).",
        "write `checkpointLocation: folder` in the topology file, or run it with --checkpoint");
    error.origin = output.origin;
    errors.push_back(loaded.located(std::move(error)));
  }
  return errors;
}

void print(const std::vector<Error>& errors, const SourceTexts& texts, Severity severity) {
  if (!errors.empty()) std::cerr << colored(render_diagnostics(errors, texts, severity)) << "\n";
}

}  // namespace

Result<LoadedTopology> load_file(const TopologyRequest& request) {
  auto text = read_text(request.file);
  if (!text) return text.error();
  TopologyText source;
  source.text = std::move(*text);
  source.file_name = request.file == "-" ? "<stdin>" : request.file;
  source.directory = std::filesystem::path(request.file).parent_path().string();
  source.overrides = request.overrides;
  if (!request.trigger.empty()) source.overrides.push_back("trigger=" + request.trigger);
  source.environment = environment_variable;
  LoadedTopology loaded = load_topology(source, Catalog::builtin());
  if (!request.checkpoint.empty()) {
    loaded.checkpoint_location = std::filesystem::absolute(request.checkpoint).string();
    loaded.settings.durable = true;
  }
  return loaded;
}

Result<PreparedTopology> prepare(const TopologyRequest& request) {
  auto loaded = load_file(request);
  if (!loaded) return std::move(loaded.error());
  PreparedTopology prepared;
  prepared.loaded = std::move(*loaded);
  prepared.errors = prepared.loaded.errors;
  analyze_and_plan(prepared);
  for (Error& error : missing_checkpoints(prepared))
    (request.to_run ? prepared.errors : prepared.loaded.warnings).push_back(std::move(error));
  return prepared;
}

void print_errors(const PreparedTopology& prepared) {
  print(prepared.errors, prepared.loaded.texts, Severity::Error);
}

void print_warnings(const PreparedTopology& prepared) {
  print(prepared.loaded.warnings, prepared.loaded.texts, Severity::Warning);
}

}  // namespace millrace::cli
