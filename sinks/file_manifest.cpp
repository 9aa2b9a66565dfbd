#include "sinks/file_manifest.hpp"

#include "records/option_value.hpp"
#include "sinks/file_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <optional>

namespace millrace {

namespace {

// Spark: fileSink.log.compactInterval, minBatchesToRetain and fileSink.log.cleanupDelay.
constexpr std::int64_t kCompactInterval = 10;
constexpr std::int64_t kEpochsToKeep = 100;
constexpr std::chrono::minutes kCleanupDelay{10};
constexpr std::string_view kCompact = ".compact";
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kScheme = "file://";

/// Commits are rare and short: one lock for all folders.
std::mutex& commit_mutex() {
  static std::mutex instance;
  return instance;
}

std::string file_name(std::int64_t epoch) {
  const bool compact = (epoch + 1) % kCompactInterval == 0;
  return fmt::format("{}{}", epoch, compact ? kCompact : "");
}

struct EpochFile {
  std::int64_t epoch;
  bool compact;
};

/// Epochs in the folder, ascending.
std::vector<EpochFile> epoch_files(const std::string& folder) {
  std::vector<EpochFile> found;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    std::string name = entry.path().filename().string();
    const bool compact = name.ends_with(kCompact);
    if (compact) name.resize(name.size() - kCompact.size());
    if (const auto epoch = parse_whole_number(name)) found.push_back({*epoch, compact});
  }
  std::sort(found.begin(), found.end(),
            [](const EpochFile& a, const EpochFile& b) { return a.epoch < b.epoch; });
  return found;
}

std::optional<ManifestEntry> parse_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string()) return std::nullopt;
  ManifestEntry entry;
  entry.path = json["path"];
  if (entry.path.starts_with(kScheme)) entry.path.erase(0, kScheme.size());
  if (entry.path.starts_with("file:")) entry.path.erase(0, 5);
  entry.size = json.value("size", std::int64_t{0});
  entry.modified_ms = json.value("modificationTime", std::int64_t{0});
  return entry;
}

}  // namespace

std::string manifest_lines(const std::vector<ManifestEntry>& entries) {
  constexpr std::int64_t kBlockSize = 33554432;  // what Spark writes for local files
  std::string text;
  for (const ManifestEntry& entry : entries) {
    if (!text.empty()) text += '\n';
    text += nlohmann::ordered_json{
        {"path", std::string(kScheme) + entry.path},
        {"size", entry.size},
        {"isDir", false},
        {"modificationTime", entry.modified_ms},
        {"blockReplication", 1},
        {"blockSize", kBlockSize},
        {"action",
         "add"}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return text;
}

Result<std::vector<ManifestEntry>> parse_manifest_lines(std::string_view text) {
  std::vector<ManifestEntry> entries;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    auto entry = parse_line(text.substr(0, end));
    if (!entry) return make_error(ErrorKind::BadData, "file sink: damaged manifest");
    entries.push_back(std::move(*entry));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return entries;
}

FileManifest::FileManifest(const std::string& output_folder, std::chrono::microseconds retention,
                           Clock now_ms)
    : folder_(output_folder + "/_spark_metadata"),
      retention_(retention),
      now_ms_(std::move(now_ms)) {}

std::chrono::sys_time<std::chrono::milliseconds> FileManifest::now() const {
  using std::chrono::milliseconds;
  if (now_ms_) return std::chrono::sys_time<milliseconds>(milliseconds(now_ms_()));
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

Result<std::vector<ManifestEntry>> FileManifest::read(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!text.starts_with(kVersion))
    return make_error(ErrorKind::BadData,
                      "file sink: damaged manifest: '" + folder_ + "/" + name + "'");
  return parse_manifest_lines(std::string_view(text).substr(std::min(text.size(), std::size_t{3})));
}

Status FileManifest::write(const std::string& name,
                           const std::vector<ManifestEntry>& entries) const {
  FileOutput file;
  Status opened = file.open(folder_ + "/" + name);
  if (!opened.ok()) return opened;
  const std::string lines = manifest_lines(entries);
  Status written = file.write(std::string(kVersion) + (lines.empty() ? "" : "\n") + lines);
  return written.ok() ? file.publish() : written;
}

Result<std::vector<ManifestEntry>> FileManifest::files_before(std::int64_t epoch) const {
  std::vector<EpochFile> found = epoch_files(folder_);
  std::erase_if(found, [epoch](const EpochFile& file) { return file.epoch >= epoch; });
  const auto compact = std::find_if(found.rbegin(), found.rend(),
                                    [](const EpochFile& file) { return file.compact; });
  const std::int64_t first = compact == found.rend() ? 0 : compact->epoch;
  std::vector<ManifestEntry> all;
  for (const EpochFile& file : found) {
    if (file.epoch < first) continue;
    auto entries = read(file_name(file.epoch));
    if (!entries.ok()) return entries;
    all.insert(all.end(), entries->begin(), entries->end());
  }
  std::erase_if(all, [this](const ManifestEntry& entry) { return is_expired(entry); });
  return all;
}

Result<std::vector<ManifestEntry>> FileManifest::files() const {
  return files_before(std::numeric_limits<std::int64_t>::max());
}

bool FileManifest::is_expired(const ManifestEntry& entry) const {
  if (retention_ == kForEver) return false;
  return now().time_since_epoch() - std::chrono::milliseconds(entry.modified_ms) > retention_;
}

// Readers that listed the folder before may still want what a compact file replaces.
void FileManifest::remove_compacted(std::int64_t epoch) const {
  const auto newest = std::filesystem::file_time_type::clock::from_sys(now() - kCleanupDelay);
  for (const EpochFile& file : epoch_files(folder_)) {
    const std::filesystem::path path = folder_ + "/" + file_name(file.epoch);
    std::error_code gone;
    if (file.epoch + kEpochsToKeep > epoch) return;
    if (std::filesystem::last_write_time(path, gone) < newest && !gone)
      std::filesystem::remove(path, gone);
  }
}

bool FileManifest::is_committed(Epoch epoch) const {
  return std::filesystem::exists(folder_ + "/" + file_name(number(epoch)));
}

Status FileManifest::commit(Epoch epoch, const std::vector<ManifestEntry>& entries) {
  const std::lock_guard lock(commit_mutex());
  const std::string name = file_name(number(epoch));
  auto all = is_committed(epoch)        ? read(name)
             : name.ends_with(kCompact) ? files_before(number(epoch))
                                        : std::vector<ManifestEntry>();
  if (!all.ok()) return all.error();
  const bool was_committed = is_committed(epoch);
  const std::size_t before = all->size();
  for (const ManifestEntry& entry : entries)
    if (std::find(all->begin(), all->end(), entry) == all->end()) all->push_back(entry);
  if (was_committed && all->size() == before) return {};
  if (!name.ends_with(kCompact)) return write(name, *all);
  std::erase_if(*all, [this](const ManifestEntry& entry) { return is_expired(entry); });
  Status written = write(name, *all);
  if (written.ok()) remove_compacted(number(epoch));
  return written;
}

}  // namespace millrace
