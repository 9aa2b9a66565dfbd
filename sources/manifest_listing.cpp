#include "sources/manifest_listing.hpp"

#include "records/option_value.hpp"
#include "sources/state_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace millrace {

namespace {

constexpr std::string_view kCompact = ".compact";

struct Epoch {
  std::int64_t number;
  bool compact;
  std::string path;
};

std::vector<Epoch> epochs_in(const std::string& folder) {
  std::vector<Epoch> epochs;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
    std::string name = entry.path().filename().string();
    const bool compact = name.ends_with(kCompact);
    if (compact) name.resize(name.size() - kCompact.size());
    if (const auto number = parse_whole_number(name))
      epochs.push_back({*number, compact, entry.path().string()});
  }
  std::sort(epochs.begin(), epochs.end(),
            [](const Epoch& a, const Epoch& b) { return a.number < b.number; });
  // A compact file holds all before it.
  const auto compact = std::find_if(epochs.rbegin(), epochs.rend(),
                                    [](const Epoch& epoch) { return epoch.compact; });
  if (compact != epochs.rend()) epochs.erase(epochs.begin(), std::prev(compact.base()));
  return epochs;
}

bool add_line(std::string_view line, std::vector<FoundFile>& files) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) return false;
  std::string path = json["path"];
  if (path.starts_with("file:")) path.erase(0, 5);
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  files.push_back({"/" + path, json.value("modificationTime", std::int64_t{0}),
                   json.value("size", std::int64_t{0})});
  return true;
}

Status add_epoch(const Epoch& epoch, std::vector<FoundFile>& files) {
  const auto text = read_state_file(epoch.path);
  if (!text.ok()) return text.error();
  std::string_view left = text->has_value() ? std::string_view(**text) : std::string_view();
  bool is_good = left.starts_with("v1");
  left.remove_prefix(std::min(left.size(), std::size_t{3}));
  while (is_good && !left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    is_good = add_line(left.substr(0, end), files);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  if (is_good) return {};
  return make_error(ErrorKind::BadData, "file source: damaged manifest: '" + epoch.path + "'");
}

}  // namespace

std::string manifest_folder(const std::string& folder) {
  return folder + (folder.ends_with('/') ? "_spark_metadata" : "/_spark_metadata");
}

Result<std::optional<std::vector<FoundFile>>> list_by_manifest(const std::string& folder) {
  const std::string manifest = manifest_folder(folder);
  std::error_code missing;
  if (!std::filesystem::is_directory(manifest, missing))
    return std::optional<std::vector<FoundFile>>();
  std::vector<FoundFile> files;
  for (const Epoch& epoch : epochs_in(manifest)) {
    Status added = add_epoch(epoch, files);
    if (!added.ok()) return added.error();
  }
  return std::optional(std::move(files));
}

}  // namespace millrace
