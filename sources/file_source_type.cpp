#include "records/option_value.hpp"
#include "sources/file_source.hpp"
#include "sources/partition_folders.hpp"
#include "sources/schema_inference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace millrace {

namespace {

constexpr std::string_view kSchemaNeeded =
    "Schema must be specified when creating a streaming source DataFrame. If some files already "
    "exist in "
    "the directory, then depending on the file format you may be able to create a static DataFrame "
    "on "
    "that directory with 'spark.read.load(directory)' and infer schema from it.";

Result<CleanSource> read_clean_source(const Options& given) {
  const OptionText* text = given.find("cleanSource");
  const std::string mode = text == nullptr ? "off" : lower_trimmed(text->value);
  if (mode == "off") return CleanSource::Off;
  if (mode == "delete") return CleanSource::Delete;
  if (mode == "archive") return CleanSource::Archive;
  return option_error(given, "cleanSource",
                      fmt::format("Invalid mode for clean source option Some({}). Must be one of "
                                  "ARCHIVE,DELETE,OFF",
                                  text->value));
}

Status read_cleaning(const SourceRequest& request, FileSourceOptions& options) {
  const auto clean = read_clean_source(request.options);
  if (!clean.ok()) return clean.error();
  options.clean = *clean;
  options.archive_folder = text_option(request.options, "sourceArchiveDir", "");
  if (*clean != CleanSource::Archive) return {};
  if (options.archive_folder.empty())
    return option_error(request.options, "cleanSource",
                        "Archive mode must be used with 'sourceArchiveDir' option.",
                        "set sourceArchiveDir to a folder outside the source path");
  while (options.archive_folder.ends_with('/')) options.archive_folder.pop_back();
  if (!archive_matches_source(request.paths.front(), options.archive_folder)) return {};
  return option_error(request.options, "sourceArchiveDir",
                      "requirement failed: Base archive path cannot be set to the path where "
                      "archived path can possibly "
                      "match with source pattern. Ensure the base archive path doesn't match with "
                      "source pattern in "
                      "depth, where the depth is minimum of depth on both paths.",
                      "choose a folder outside the source path");
}

Status read_limits(const SourceRequest& request, FileSourceOptions& options) {
  const auto max_files = positive_option(request.options, "maxFilesPerTrigger");
  if (!max_files.ok()) return max_files.error();
  const auto max_bytes = positive_option(request.options, "maxBytesPerTrigger");
  if (!max_bytes.ok()) return max_bytes.error();
  if (*max_files && *max_bytes)
    return option_error(
        request.options, "maxBytesPerTrigger",
        "maxFilesPerTrigger and maxBytesPerTrigger can't be both set at the same time",
        "leave one of them out");
  const auto cached = integer_option(request.options, "maxCachedFiles", options.max_cached_files);
  if (!cached.ok()) return cached.error();
  if (*cached < 0)
    return option_error(
        request.options, "maxCachedFiles",
        fmt::format("Invalid value '{}' for option 'maxCachedFiles', must be an integer "
                    "greater than or equal to 0",
                    *cached));
  options.max_files = *max_files;
  options.max_bytes = *max_bytes;
  options.max_cached_files = *cached;
  return {};
}

Status read_ages(const SourceRequest& request, FileSourceOptions& options) {
  const auto latest_first = boolean_option(request.options, "latestFirst", false);
  if (!latest_first.ok()) return latest_first.error();
  const auto name_only = boolean_option(request.options, "fileNameOnly", false);
  if (!name_only.ok()) return name_only.error();
  constexpr std::int64_t kWeek = std::int64_t{7} * 86'400'000'000;
  const auto age = duration_option(request.options, "maxFileAge", "ms", kWeek);
  if (!age.ok()) return age.error();
  const auto ratio = text_option(request.options, "discardCachedInputRatio", "0.2");
  options.latest_first = *latest_first;
  options.file_name_only = *name_only;
  options.discard_cached_ratio = std::strtod(ratio.c_str(), nullptr);
  const bool ignores_age = *latest_first && (options.max_files || options.max_bytes);
  options.max_age_ms = ignores_age ? std::numeric_limits<std::int64_t>::max() / 2 : *age / 1000;
  return {};
}

Result<Schema> choose_schema(const SourceRequest& request, const std::string& format,
                             const std::vector<FoundFile>& files) {
  if (request.schema) return *request.schema;
  if (format == "text") return Schema{{{"value", TypeKind::String}}};
  if (request.streaming)
    return make_error(ErrorKind::Config, std::string(kSchemaNeeded),
                      "set schema, for example schema: id INT, name STRING");
  std::vector<std::string> paths;
  for (const FoundFile& file : files) paths.push_back(file.path);
  return infer_schema(format, paths, request.options, request.time_zone);
}

/// Columns of `key=value` folders stand behind the others, with the user's type where the schema
/// names them.
Status read_columns(const SourceRequest& request, FileSourceOptions& options) {
  const std::string& path = request.paths.front();
  const auto zone = TimeZone::find(request.time_zone);
  if (!zone.ok()) return zone.error();
  FileSelection everything = options.selection;
  everything.recursive = true;
  const auto files = list_files(everything, [](const std::string&) {});
  if (!files.ok()) return files.error();
  std::vector<std::string> paths;
  for (const FoundFile& file : *files) paths.push_back(file.path);
  options.partition_base = path;
  const bool has_partitions = !is_glob(path) && !options.selection.recursive;
  Schema partitions = has_partitions ? infer_partition_columns(path, paths, *zone) : Schema{};
  auto schema = choose_schema(request, options.format.format, *files);
  if (!schema.ok()) return schema.error();
  for (Field& field : partitions.fields) {
    const int named = schema->find(field.name);
    if (named < 0) continue;
    field = schema->fields[static_cast<std::size_t>(named)];
    schema->fields.erase(schema->fields.begin() + named);
  }
  options.selection.recursive |= !partitions.fields.empty();
  Schema output = *schema;
  output.fields.insert(output.fields.end(), partitions.fields.begin(), partitions.fields.end());
  for (Field& field : output.fields) field.nullable = true;
  options.format.data_schema = std::make_shared<const Schema>(std::move(*schema));
  options.format.partition_schema = std::make_shared<const Schema>(std::move(partitions));
  options.format.output_schema = std::make_shared<const Schema>(std::move(output));
  return {};
}

Status read_format(const SourceRequest& request, const std::string& default_format,
                   FileSourceOptions& options) {
  FileFormat& format = options.format;
  format.format = lower_trimmed(text_option(request.options, "format", default_format));
  format.options = request.options;
  format.time_zone = request.time_zone;
  if (format.format != "text" && format.format != "csv" && format.format != "json" &&
      !is_columnar_format(format.format))
    return option_error(request.options, "format",
                        "file source: unknown format: '" + format.format + "'",
                        "choose 'json', 'csv', 'text', 'parquet' or 'orc'");
  const auto bad_records = read_bad_records(request.options);
  if (!bad_records.ok()) return bad_records.error();
  format.bad_records = *bad_records;
  const auto recursive = boolean_option(request.options, "recursiveFileLookup", false);
  if (!recursive.ok()) return recursive.error();
  options.selection = {request.paths, *recursive,
                       text_option(request.options, "pathGlobFilter", "")};
  return {};
}

/// Whether the format can read the columns with these options.
Status check_format(const SourceRequest& request, const FileFormat& format) {
  if (is_columnar_format(format.format)) {
    if (has_columnar_formats()) return {};
    return columnar_file_schema(format.format, "").error();
  }
  FormatSettings settings;
  settings.options = request.options;
  settings.time_zone = request.time_zone;
  const auto decoder = make_decoder(format.format, format.data_schema, settings);
  return decoder.ok() ? Status() : decoder.error();
}

Result<PlannedSource> plan_file(const SourceRequest& request, const std::string& default_format) {
  if (request.paths.empty() || request.paths.front().empty())
    return make_error(ErrorKind::Config, "'path' is not specified.",
                      "set path to a folder or a glob");
  auto options = std::make_shared<FileSourceOptions>();
  options->streaming = request.streaming;
  options->continuous = request.continuous;
  for (Status status :
       {read_format(request, default_format, *options), read_limits(request, *options),
        read_ages(request, *options), read_cleaning(request, *options)})
    if (!status.ok()) return status.error();
  Status columns = read_columns(request, *options);
  if (!columns.ok()) return columns.error();
  if (Status format = check_format(request, options->format); !format.ok()) return format.error();
  PlannedSource planned;
  planned.schema = *options->format.output_schema;
  planned.description = fmt::format("FileStreamSource[file:{}]", request.paths.front());
  planned.bounded = !request.streaming;
  std::shared_ptr<const FileSourceOptions> shared = options;
  planned.make = [shared] { return std::make_unique<FileSource>(shared); };
  return planned;
}

std::vector<OptionDeclaration> file_options() {
  return {declare_choice("format", {"json", "csv", "text", "parquet", "orc"}, "",
                         "How the files hold their rows."),
          declare("maxFilesPerTrigger", OptionType::Integer, "", "Most new files in one trigger."),
          declare("maxBytesPerTrigger", OptionType::Integer, "",
                  "Most bytes of new files in one trigger; at least one file is taken."),
          declare("latestFirst", OptionType::Boolean, "false", "Takes the newest files first."),
          declare("fileNameOnly", OptionType::Boolean, "false",
                  "Files of one name are one file, whatever folder they are in."),
          declare("maxFileAge", OptionType::Duration, "7d",
                  "Files older than the newest one by more than this are left out."),
          declare("maxCachedFiles", OptionType::Integer, "10000",
                  "Listed files kept for the next triggers."),
          declare("discardCachedInputRatio", OptionType::Text, "0.2",
                  "Lists again when fewer files than this part of a trigger are kept."),
          declare_choice("cleanSource", {"off", "archive", "delete"}, "off",
                         "What happens to files that were read."),
          declare("sourceArchiveDir", OptionType::Text, "", "Folder for cleanSource: archive."),
          declare("pathGlobFilter", OptionType::Text, "",
                  "Reads only files whose names match this glob."),
          declare("recursiveFileLookup", OptionType::Boolean, "false",
                  "Reads the files of all folders below; folder names make no columns."),
          declare("inferSchema", OptionType::Boolean, "false",
                  "csv, static: looks at all values for the types of the columns."),
          bad_records_option()};
}

}  // namespace

SourceType file_source_type(std::string name) {
  SourceType type;
  type.name = name;
  type.options = file_options();
  const std::string format = name == "file" ? "" : name;
  for (const char* one : {"json", "csv", "text", "parquet", "orc"})
    if (format.empty() || format == one) add_options(type.options, format_options(one));
  type.summary = format.empty() ? "Reads files that appear in a folder."
                                : "Reads " + format + " files that appear in a folder.";
  type.plan = [format](const SourceRequest& request) { return plan_file(request, format); };
  return type;
}

}  // namespace millrace
