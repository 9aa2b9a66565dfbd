#include "topology/spark/source_text.hpp"

#include <algorithm>
#include <array>

#include "records/option_value.hpp"
#include "topology/option_registry.hpp"

namespace millrace::spark {
namespace {

// What says nothing to Spark: said in another way, or an option of Millrace alone without effect on rows.
constexpr std::array<std::string_view, 6> kLeftOut{
    "format", "path", "badRecords", "connectionColumn", "commitOffsets", "partitionDiscoveryInterval"};

bool is_left_out(const std::string& name) {
  return std::any_of(kLeftOut.begin(), kLeftOut.end(), [&](std::string_view known) {
    return lower_trimmed(known) == lower_trimmed(name);
  });
}

/// Several folders are one pattern: a stream of Spark takes a single path.
std::string path_text(const std::vector<std::string>& paths) {
  if (paths.size() == 1) return paths.front();
  std::string out = "{";
  for (const std::string& path : paths) out += (out.size() > 1 ? "," : "") + path;
  return out + "}";
}

/// Spark's way to drop bad records, or to end the query at one.
std::string mode_of(const Options& options) {
  const std::string policy = lower_trimmed(text_option(options, "badRecords", ""));
  if (policy == "drop") return "DROPMALFORMED";
  return policy == "fail" ? "FAILFAST" : "";
}

}  // namespace

std::string spark_format(const std::string& type, const Options& options) {
  return takes_path(type) ? text_option(options, "format", type) : type;
}

Chain source_chain(const plan::Read& read, ProgramParts& parts) {
  Chain chain{read.streaming ? "spark.readStream" : "spark.read"};
  chain.head += ".format(" + quoted(spark_format(read.format, read.options)) + ")";
  if (read.schema) chain.calls.push_back(".schema(" + quoted(*read.schema) + ")");
  for (const auto& [name, option] : read.options.entries())
    if (!is_left_out(name))
      chain.calls.push_back(".option(" + quoted(name) + ", " + parts.value_text(name, option.value) +
                            ")");
  if (const std::string mode = mode_of(read.options); !mode.empty())
    chain.calls.push_back(".option(\"mode\", " + quoted(mode) + ")");
  const std::string path = read.paths.empty() ? "" : quoted(path_text(read.paths));
  return std::move(chain).with(".load(" + path + ")");
}

}  // namespace millrace::spark
