#include "sources/file_log.hpp"

#include "records/option_value.hpp"
#include "sources/state_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace millrace {

namespace {

constexpr std::int64_t kCompactInterval = 10;
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kCompact = ".compact";

bool is_compact(std::int64_t batch) { return (batch + 1) % kCompactInterval == 0; }

std::string to_text(const std::vector<FileEntry>& entries) {
  std::string text(kVersion);
  for (const FileEntry& entry : entries) {
    text += "\n";
    text += nlohmann::ordered_json{{"path", "file://" + entry.path},
                                   {"timestamp", entry.modified_ms},
                                   {"batchId", entry.batch}}
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return text;
}

std::optional<FileEntry> from_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string() ||
      !json.contains("timestamp") || !json["timestamp"].is_number_integer() ||
      !json.contains("batchId") || !json["batchId"].is_number_integer())
    return std::nullopt;
  std::string path = json["path"];
  if (path.starts_with("file://")) path.erase(0, 7);
  return FileEntry{std::move(path), json["timestamp"], json["batchId"]};
}

/// What is remembered, then the newest batch as it is: in reading order, and with files too old to
/// be remembered.
std::vector<FileEntry> all_entries(const SeenFiles& seen, std::int64_t newest,
                                   const std::vector<FileEntry>& newest_entries) {
  std::vector<FileEntry> all = seen.entries();
  std::erase_if(all, [newest](const FileEntry& entry) { return entry.batch >= newest; });
  all.insert(all.end(), newest_entries.begin(), newest_entries.end());
  return all;
}

/// `5` and `9.compact`; empty for other names.
std::optional<std::int64_t> batch_number(std::string_view name) {
  if (name.ends_with(kCompact)) name.remove_suffix(kCompact.size());
  return parse_whole_number(name);
}

struct LogFile {
  std::int64_t batch;
  std::string name;
};

std::vector<LogFile> log_files(const std::string& folder) {
  std::vector<LogFile> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    std::string name = entry.path().filename().string();
    if (const auto batch = batch_number(name)) files.push_back({*batch, std::move(name)});
  }
  std::sort(files.begin(), files.end(),
            [](const LogFile& a, const LogFile& b) { return a.batch < b.batch; });
  return files;
}

}  // namespace

Status FileLog::load(SeenFiles& seen) {
  if (folder_.empty()) return {};
  const std::vector<LogFile> files = log_files(folder_);
  const auto compact = std::find_if(files.rbegin(), files.rend(), [](const LogFile& file) {
    return file.name.ends_with(kCompact);
  });
  const std::int64_t first = compact == files.rend() ? 0 : compact->batch;
  for (const LogFile& file : files) {
    if (file.batch < first) continue;
    Status loaded = read(file.name, seen);
    if (!loaded.ok()) return loaded;
    latest_ = file.batch;
    batches_.try_emplace(latest_);
  }
  seen.purge();
  return {};
}

Status FileLog::read(const std::string& name, SeenFiles& seen) {
  const std::string path = folder_ + "/" + name;
  const auto text = read_state_file(path);
  if (!text.ok()) return text.error();
  const std::string content = text->value_or("");
  const Error damaged = make_error(ErrorKind::BadData, "file source: damaged log: '" + path + "'",
                                   "restore the checkpoint, or start with a new one");
  std::string_view left = content;
  const auto next_line = [&left] {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view line = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    return line;
  };
  if (next_line() != kVersion) return damaged;
  while (!left.empty()) {
    const auto entry = from_line(next_line());
    if (!entry) return damaged;
    seen.add(*entry);
    batches_[entry->batch].push_back(*entry);
  }
  return {};
}

Status FileLog::append(std::vector<FileEntry> entries, const SeenFiles& seen) {
  const std::int64_t number = latest_ + 1;
  if (!folder_.empty()) {
    const bool compact = is_compact(number);
    Status written =
        write_state_file(fmt::format("{}/{}{}", folder_, number, compact ? kCompact : ""),
                         to_text(compact ? all_entries(seen, number, entries) : entries));
    if (!written.ok()) return written;
    if (compact) remove_old_files();
  }
  latest_ = number;
  batches_[number] = std::move(entries);
  return {};
}

/// Keeps the last but one compact file and what follows it, for epochs that may still be run again.
void FileLog::remove_old_files() const {
  for (const LogFile& file : log_files(folder_)) {
    std::error_code ignored;
    if (file.batch < latest_ - kCompactInterval)
      std::filesystem::remove(folder_ + "/" + file.name, ignored);
  }
}

const std::vector<FileEntry>* FileLog::batch(std::int64_t number) const {
  const auto found = batches_.find(number);
  return found == batches_.end() ? nullptr : &found->second;
}

void FileLog::forget_before(std::int64_t number) {
  batches_.erase(batches_.begin(), batches_.lower_bound(number));
}

}  // namespace millrace
