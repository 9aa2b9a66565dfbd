#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "records/columnar/columnar_file.hpp"
#include "records/edit_distance.hpp"
#include "records/schema_text.hpp"
#include "sources/schema_inference.hpp"

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

std::vector<std::string> files_of(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, code))
    if (entry.is_regular_file(code) && !is_hidden(entry.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string format_of(const std::vector<std::string>& files) {
  const std::string suffix =
      files.empty() ? "" : std::filesystem::path(files.front()).extension().string();
  if (suffix == ".parquet" || suffix == ".orc") return suffix.substr(1);
  return suffix == ".csv" || suffix == ".tsv" ? "csv" : suffix == ".txt" ? "text" : "json";
}

Result<Options> options_of(const Flags& flags) {
  Options options;
  options.set("inferSchema", "true");
  options.set("header", "true");
  for (const std::string& option : flags.options) {
    const std::size_t equal = option.find('=');
    if (equal == std::string::npos)
      return make_error(ErrorKind::Usage, "--option: not NAME=VALUE: '" + option + "'",
                        "write for example --option header=false");
    options.set(option.substr(0, equal), option.substr(equal + 1));
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
  if (format != "json" && format != "csv" && format != "text" && !is_columnar_format(format))
    return fail(ErrorKind::Usage, "unknown format: '" + format + "'",
                "write json, csv, text, parquet or orc");
  const auto options = options_of(flags);
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
  command->add_option("--option", flags->options, "csv: an option, header=false. Repeatable.")
      ->allow_extra_args(false);
  command->callback([=] { choose([flags] { return infer(*flags); }); });
}

}  // namespace millrace::cli
