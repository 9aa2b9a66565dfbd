#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "records/edit_distance.hpp"
#include "records/schema_text.hpp"
#include "sources/schema_inference.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/option_registry.hpp"

namespace millrace::cli {
namespace {

struct Flags {
  std::string path;
  std::string format;
  std::vector<std::string> options;
};

bool is_hidden(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(".") || name.starts_with("_");
}

/// Those of a folder and of the folders in it that partitions make.
std::vector<std::string> files_of(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) return {path};
  std::vector<std::string> files;
  using Entries = std::filesystem::recursive_directory_iterator;
  for (Entries entry(path, code), end; entry != end; entry.increment(code)) {
    if (is_hidden(entry->path())) entry.disable_recursion_pending();
    else if (entry->is_regular_file(code)) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string format_of(const std::vector<std::string>& files) {
  const std::string suffix =
      files.empty() ? "" : std::filesystem::path(files.front()).extension().string();
  if (suffix == ".parquet" || suffix == ".orc") return suffix.substr(1);
  return suffix == ".csv" || suffix == ".tsv" ? "csv" : suffix == ".txt" ? "text" : "json";
}

Status check_option(const std::string& name, const std::string& format) {
  const auto source = find_source(builtin_sources(), format);
  const auto known = options_of(*source->type, format);
  if (find_option(known, name)) return {};
  const std::string nearest = nearest_name(name, names_of(known));
  return make_error(ErrorKind::Usage, "--option: unknown option of " + format + ": '" + name + "'",
                    nearest.empty() ? "remove it" : "write `" + nearest + "`");
}

Result<Options> read_options(const Flags& flags, const std::string& format) {
  Options options;
  options.set("inferSchema", "true");
  options.set("header", "true");
  for (const std::string& option : flags.options) {
    const std::size_t equal = option.find('=');
    if (equal == std::string::npos)
      return make_error(ErrorKind::Usage, "--option: not NAME=VALUE: '" + option + "'",
                        "write for example --option header=false");
    const std::string name = option.substr(0, equal);
    if (Status known = check_option(name, format); !known) return std::move(known.error());
    options.set(name, option.substr(equal + 1));
  }
  return options;
}

int infer(const Flags& flags) {
  std::error_code code;
  if (!std::filesystem::exists(flags.path, code))
    return fail(ErrorKind::InputMissing, "Path does not exist: " + flags.path,
                "name a file or a folder of files");
  const auto files = files_of(flags.path);
  const std::string format = flags.format.empty() ? format_of(files) : flags.format;
  const auto& formats = format_names();
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    const std::string nearest = nearest_name(format, formats);
    return fail(ErrorKind::Usage, "unknown format: '" + format + "'",
                nearest.empty() ? "write json, csv, text, parquet or orc" : "write `" + nearest + "`");
  }
  const auto options = read_options(flags, format);
  if (!options)
    return fail(options.error().kind, options.error().message, options.error().fix);
  const auto schema = infer_schema(format, files, *options, "UTC");
  if (!schema) return fail(schema.error().kind, schema.error().message, schema.error().fix);
  std::cout << to_ddl(*schema) << "\n";
  return finish(0);
}

}  // namespace

void add_infer(CLI::App& app, const Choose& choose) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("infer", "Print the schema of files as DDL, for `schema:`.");
  command->add_option("path", flags->path, "A file, or a folder of files.")->required();
  command->add_option("--format", flags->format, "json, csv, text, parquet or orc; by default by the file's name.");
  command->add_option("--option", flags->options, "An option of the format, header=false. Repeatable.")
      ->allow_extra_args(false);
  command->callback([=] { choose([flags] { return infer(*flags); }); });
}

}  // namespace millrace::cli
