#include "bounded_copy.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "records/option_value.hpp"
#include "records/schema_text.hpp"
#include "topology/option_registry.hpp"

namespace millrace::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRateFiles = 4;
constexpr std::int64_t kMillisPerSecond = 1'000;

/// The stream that a name stands for, and its watermark if it has one.
struct StreamSource {
  const plan::Read* read = nullptr;
  const plan::WithWatermark* watermark = nullptr;
};

StreamSource stream_source(const plan::NodePtr& named) {
  StreamSource source;
  const plan::Node* node = named->inputs.empty() ? nullptr : named->inputs.front().get();
  if (node) source.watermark = std::get_if<plan::WithWatermark>(&node->kind);
  if (source.watermark) node = node->inputs.front().get();
  if (node) source.read = std::get_if<plan::Read>(&node->kind);
  if (source.read && !source.read->streaming) source.read = nullptr;
  return source;
}

std::string yaml_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string watermark_text(const plan::WithWatermark* watermark) {
  if (!watermark) return "";
  return ", watermark: {column: " + yaml_quoted(watermark->column) +
         ", delay: " + yaml_quoted(watermark->delay) + "}";
}

/// `1970-01-01T00:00:10.500Z`
std::string time_text(std::int64_t millis) {
  const std::time_t seconds = millis / kMillisPerSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", 1900 + parts.tm_year,
                     1 + parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     millis % kMillisPerSecond);
}

/// Rows of the rate source from the start of 1970 on, in files that are read one after the other.
Status write_rate_rows(const plan::Read& read, std::int64_t rows, const fs::path& folder) {
  const auto per_second = integer_option(read.options, "rowsPerSecond", 1);
  if (!per_second) return per_second.error();
  fs::create_directories(folder);
  for (std::int64_t file = 0; file < kRateFiles; ++file) {
    std::ofstream out(folder / fmt::format("{}.json", file));
    for (std::int64_t i = rows * file / kRateFiles; i < rows * (file + 1) / kRateFiles; ++i) {
      const std::string time = time_text(i * kMillisPerSecond / *per_second);
      out << fmt::format("{{\"timestamp\":\"{}\",\"value\":{}}}\n", time, i);
    }
    if (!out) return make_error(ErrorKind::CannotCreate, "equiv: no room for the rows of a rate source");
    const auto at = fs::file_time_type::clock::now() - std::chrono::seconds(60 * (kRateFiles - file));
    out.close();
    fs::last_write_time(folder / fmt::format("{}.json", file), at);
  }
  return {};
}

/// Makes the copy, source by source.
class Copier {
 public:
  Copier(const LoadedTopology& loaded, const BoundedInput& input, std::string folder)
      : loaded_(loaded), input_(input), folder_(std::move(folder)) {}

  Result<BoundedCopy> run() {
    for (const auto& [name, node] : loaded_.views) {
      const StreamSource source = stream_source(node);
      if (!source.read) continue;
      if (Status status = take(name, node, source); !status) return status.error();
    }
    return std::move(copy_);
  }

 private:
  Status take(const std::string& name, const plan::NodePtr& node, const StreamSource& source) {
    if (const auto file = input_.files.find(name); file != input_.files.end())
      return replace_by_file(name, node, source, file->second);
    if (takes_path(source.read->format)) {
      copy_.file_sources.push_back(name);
      return {};
    }
    copy_.all_files = false;
    if (source.read->format == "nexmark") return {};
    if (source.read->format == "rate" && input_.rows > 0) return replace_rate(name, source);
    return no_end(name, source.read->format);
  }

  static Error no_end(const std::string& name, const std::string& type) {
    const std::string what = "equiv: source '" + name + "' of type " + type + " has no end";
    return make_error(ErrorKind::Usage, what,
                      type == "rate" ? "say how many rows it shall have: --rows 1000"
                                     : "give a file with recorded rows: --input " + name + "=FILE");
  }

  Status replace_rate(const std::string& name, const StreamSource& source) {
    const std::string folder = folder_ + "/" + name;
    replace(name, "json", folder, "timestamp TIMESTAMP, value BIGINT", source);
    return write_rate_rows(*source.read, input_.rows, folder);
  }

  Status replace_by_file(const std::string& name, const plan::NodePtr& node,
                         const StreamSource& source, const std::string& file) {
    if (!fs::exists(file))
      return make_error(ErrorKind::InputMissing, "equiv: no such file: '" + file + "'",
                        "name a file with rows for source '" + name + "'");
    Catalog catalog = Catalog::builtin();
    catalog.names = loaded_.views;
    const auto schema = schema_of(node, catalog, loaded_.settings);
    if (!schema) return schema.error();
    const bool is_text = to_ddl(*schema) == "value STRING";
    const std::string path = fs::absolute(file).string();
    replace(name, is_text ? "text" : "json", path, to_ddl(*schema), source);
    return {};
  }

  void replace(const std::string& name, const std::string& format, const std::string& path,
               const std::string& schema, const StreamSource& source) {
    copy_.file_sources.push_back(name);
    const std::string columns = format == "text" ? "" : ", schema: " + yaml_quoted(schema);
    copy_.overrides.push_back("sources." + name + "={type: file, format: " + format + ", path: " +
                              yaml_quoted(path) + columns + ", maxFilesPerTrigger: 1" +
                              watermark_text(source.watermark) + "}");
  }

  const LoadedTopology& loaded_;
  const BoundedInput& input_;
  const std::string folder_;
  BoundedCopy copy_;
};

}  // namespace

Result<BoundedCopy> bounded_copy(const LoadedTopology& loaded, const BoundedInput& input,
                                 const std::string& folder) {
  return Copier(loaded, input, folder).run();
}

}  // namespace millrace::cli
