#include "records/columnar/columnar_file.hpp"
#include "records/option_value.hpp"
#include "sinks/file_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace millrace {

namespace {

Status read_partitions(const SinkRequest& request, FileSinkOptions& options) {
  for (const std::string& name : request.partition_by) {
    const int column = request.schema.find(name);
    if (column < 0) {
      Error error = make_error(ErrorKind::Config,
                               fmt::format("Partition column `{}` not found in schema.", name),
                               "name a column of the rows in partitionBy");
      error.error_class = "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA";
      return error;
    }
    options.partition_columns.push_back(static_cast<std::size_t>(column));
  }
  Schema data;
  for (std::size_t c = 0; c < request.schema.size(); ++c)
    if (std::find(options.partition_columns.begin(), options.partition_columns.end(), c) ==
        options.partition_columns.end())
      data.fields.push_back(request.schema[c]);
  if (data.fields.empty()) {
    Error error = make_error(ErrorKind::Config, "Cannot use all columns for partition columns.",
                             "leave a column out of partitionBy");
    error.error_class = "ALL_PARTITION_COLUMNS_NOT_ALLOWED";
    error.sql_state = "KD005";
    return error;
  }
  options.data_schema = std::make_shared<const Schema>(std::move(data));
  return {};
}

Result<PlannedSink> plan_file(const SinkRequest& request, const std::string& default_format) {
  if (request.path.empty())
    return make_error(ErrorKind::Config, "'path' is not specified.", "set path to a folder");
  auto options = std::make_shared<FileSinkOptions>();
  options->folder = request.path;
  while (options->folder.size() > 1 && options->folder.ends_with('/')) options->folder.pop_back();
  options->format = lower_trimmed(text_option(request.options, "format", default_format));
  options->format_options = request.options;
  if (options->format != "json" && options->format != "csv" && options->format != "text" &&
      !is_columnar_format(options->format))
    return option_error(request.options, "format",
                        "file sink: unknown format: '" + options->format + "'",
                        "choose 'json', 'csv', 'text', 'parquet' or 'orc'");
  if (request.options.find("retention") != nullptr) {
    const auto retention = duration_option(request.options, "retention", "ms", 0);
    if (!retention.ok()) return retention.error();
    options->retention = std::chrono::microseconds(*retention);
  }
  Status partitions = read_partitions(request, *options);
  if (!partitions.ok()) return partitions.error();
  FormatSettings settings;
  settings.options = request.options;
  settings.time_zone = request.time_zone;
  const auto encoder = make_encoder(options->format, options->data_schema, settings);
  if (!encoder.ok()) return encoder.error();
  PlannedSink planned;
  planned.tells_rows = false;
  planned.description = fmt::format("FileSink[file:{}]", options->folder);
  std::shared_ptr<const FileSinkOptions> shared = options;
  planned.make = [shared] { return std::make_unique<FileSink>(shared); };
  planned.shows_by_epoch = true;
  return planned;
}

}  // namespace

SinkType file_sink_type(std::string name) {
  SinkType type;
  type.name = name;
  const std::string format = name == "file" ? "" : name;
  type.summary = "Writes the rows of each epoch as " + (format.empty() ? "" : format + " ") +
                 "files in a folder.";
  type.options = {
      declare_choice("format", {"json", "csv", "text", "parquet", "orc"}, format,
                     "How rows are written."),
      declare("retention", OptionType::Duration, "",
              "Files older than this leave the manifest; they are not deleted.")};
  for (const char* one : {"json", "csv", "text", "parquet", "orc"})
    if (format.empty() || format == one) add_options(type.options, format_options(one));
  if (format.empty() || is_columnar_format(format))
    type.options.push_back(declare("compression", OptionType::Text, format == "orc" ? "zstd" : "snappy",
                                   "parquet, orc: none, snappy, gzip, zstd (orc's default) or lz4."));
  type.output_modes = {"append"};
  type.needs_checkpoint = true;
  type.plan = [format](const SinkRequest& request) { return plan_file(request, format); };
  return type;
}

}  // namespace millrace
