#include "sources/file_source.hpp"

#include "sources/offset_json.hpp"
#include "sources/partition_folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace millrace {

namespace {

constexpr std::size_t kMaxBatchRows = 4096;
constexpr std::int64_t kListAgainMicros = 5'000'000;
constexpr std::int64_t kListGlobAgainMicros = 1'000'000;
constexpr std::int64_t kWriterTimeMs = 2'000;

void sort_for_reading(std::vector<FoundFile>& files, bool latest_first) {
  std::sort(files.begin(), files.end(), [latest_first](const FoundFile& a, const FoundFile& b) {
    if (a.modified_ms != b.modified_ms)
      return latest_first ? a.modified_ms > b.modified_ms : a.modified_ms < b.modified_ms;
    return a.path < b.path;
  });
}

}  // namespace

FileSource::FileSource(std::shared_ptr<const FileSourceOptions> options)
    : options_(std::move(options)),
      cleaner_(options_->clean, options_->archive_folder),
      seen_(options_->max_age_ms, options_->file_name_only) {}

Status FileSource::open(SourceContext& context, const std::optional<Offset>& start) {
  context_ = &context;
  const auto zone = TimeZone::find(options_->format.time_zone);
  if (!zone.ok()) return zone.error();
  zone_ = *zone;
  reader_ = std::make_unique<FileReader>(options_->format, context);
  log_ = std::make_unique<FileLog>(options_->streaming ? context.state_directory : "");
  Status loaded = log_->load(seen_);
  if (!loaded.ok()) return loaded;
  if (!options_->streaming) {
    auto files = new_files();
    if (!files.ok()) return files.error();
    Status taken = take_batch(std::move(*files));
    if (!taken.ok()) return taken;
    limit_batch_ = log_->latest();
  }
  return start ? restore(*start) : Status();
}

Status FileSource::restore(const Offset& start) {
  const auto batch = offset_field(start, "logOffset");
  if (!batch) return offset_error("file", start);
  batch_ = *batch + 1;
  file_ = static_cast<std::size_t>(offset_field(start, "file").value_or(0));
  row_ = static_cast<std::uint64_t>(offset_field(start, "row").value_or(0));
  rows_to_skip_ = row_;
  limit_batch_ = std::max(limit_batch_, *batch);
  if (*batch <= log_->latest()) return {};
  return make_error(
      ErrorKind::BadData,
      fmt::format("file source: the list of files read ends at {} but the query is at {}: "
                  "'{}'",
                  log_->latest(), *batch, context_->state_directory),
      "restore the whole checkpoint, or start with a new one");
}

Result<std::vector<FoundFile>> FileSource::list() {
  listed_at_ = context_->now_micros();
  const bool watches = options_->streaming;
  auto files = list_files(options_->selection, [this, watches](const std::string& folder) {
    if (watches) watch_.add(folder);
  });
  if (!files.ok()) return files;
  watch_.take_changes();
  const std::int64_t now_ms = *listed_at_ / 1000;
  std::erase_if(*files, [&](const FoundFile& file) {
    return watch_.is_being_written(file.path) && now_ms - file.modified_ms < kWriterTimeMs;
  });
  return files;
}

Result<std::vector<FoundFile>> FileSource::new_files() {
  std::vector<FoundFile> files;
  if (frozen_) {
    files = *frozen_;
  } else if (!cached_.empty()) {
    files = std::exchange(cached_, {});
  } else {
    auto listed = list();
    if (!listed.ok()) return listed.error();
    files = std::move(*listed);
  }
  std::erase_if(
      files, [this](const FoundFile& file) { return !seen_.is_new(file.path, file.modified_ms); });
  sort_for_reading(files, options_->latest_first);
  return files;
}

bool FileSource::may_have_new_files() {
  const bool changed = watch_.take_changes();
  if (changed || !cached_.empty() || frozen_ || !listed_at_) return true;
  const bool globs =
      std::any_of(options_->selection.paths.begin(), options_->selection.paths.end(), is_glob);
  const std::int64_t wait = globs ? kListGlobAgainMicros : kListAgainMicros;
  return context_->now_micros() - *listed_at_ >= wait || watch_.fd() < 0;
}

std::size_t FileSource::num_taken(const std::vector<FoundFile>& files) const {
  const bool is_limited = options_->streaming && !options_->continuous;
  if (is_limited && options_->max_files)
    return std::min(files.size(), static_cast<std::size_t>(*options_->max_files));
  if (!is_limited || !options_->max_bytes) return files.size();
  std::int64_t bytes = 0;
  std::size_t taken = 0;
  for (; taken < files.size(); ++taken) {
    bytes += files[taken].size;
    if (taken > 0 && bytes > *options_->max_bytes) break;
  }
  return taken;
}

/// What is left over is kept for the next triggers, unless it is so little that a new listing is
/// better.
void FileSource::cache_rest(std::vector<FoundFile> files, std::size_t taken) {
  const double least =
      options_->discard_cached_ratio * static_cast<double>(options_->max_files.value_or(1));
  const std::size_t rest = files.size() - taken;
  if (options_->latest_first || frozen_ || static_cast<double>(rest) < least) {
    // Without a change in the folder there would be no new listing.
    if (rest != 0) listed_at_.reset();
    return;
  }
  files.erase(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(taken));
  if (files.size() > static_cast<std::size_t>(options_->max_cached_files)) {
    files.resize(static_cast<std::size_t>(options_->max_cached_files));
    if (files.empty()) listed_at_.reset();
  }
  cached_ = std::move(files);
}

Status FileSource::take_batch(std::vector<FoundFile> files) {
  const std::size_t taken = num_taken(files);
  if (taken == 0) return {};
  std::vector<FileEntry> entries;
  for (std::size_t i = 0; i < taken; ++i)
    entries.push_back({files[i].path, files[i].modified_ms, log_->latest() + 1});
  for (const FileEntry& entry : entries) seen_.add(entry);
  seen_.purge();
  cache_rest(std::move(files), taken);
  return log_->append(std::move(entries), seen_);
}

Result<std::optional<Offset>> FileSource::latest_offset() {
  // An earlier process may have logged a batch that it never planned.
  if (log_->latest() < batch_ && options_->streaming && may_have_new_files()) {
    auto files = new_files();
    if (!files.ok()) return files.error();
    Status taken = take_batch(std::move(*files));
    if (!taken.ok()) return taken.error();
  }
  if (log_->latest() < 0) return std::optional<Offset>();
  return std::optional<Offset>(Offset{fmt::format(R"({{"logOffset":{}}})", log_->latest())});
}

Status FileSource::limit_to(const Offset& end) {
  const auto batch = offset_field(end, "logOffset");
  if (!batch || *batch > log_->latest()) return offset_error("file", end);
  limit_batch_ = *batch;
  return {};
}

Status FileSource::freeze_end() {
  auto files = list();
  if (!files.ok()) return files.error();
  frozen_ = std::move(*files);
  return {};
}

void FileSource::acknowledge(const Offset& offset) {
  const std::int64_t last = offset_field(offset, "logOffset").value_or(-1);
  for (std::int64_t batch = last - 1; cleaner_.is_on() && log_->batch(batch) != nullptr; --batch)
    cleaner_.clean(*log_->batch(batch), context_->warn);
  log_->forget_before(last);
}

std::optional<Offset> FileSource::offset() const {
  if (file_ != 0 || row_ != 0)
    return Offset{fmt::format(R"({{"logOffset":{},"file":{},"row":{}}})", batch_ - 1, file_, row_)};
  if (batch_ == 0) return std::nullopt;
  return Offset{fmt::format(R"({{"logOffset":{}}})", batch_ - 1)};
}

Result<PollStatus> FileSource::poll(std::size_t max_records, SourceOutput& out) {
  while (true) {
    if (options_->continuous && options_->streaming && batch_ > log_->latest()) {
      const auto latest = latest_offset();
      if (!latest.ok()) return latest.error();
      if (batch_ > log_->latest()) return PollStatus::Idle;
    }
    const bool reads_all = options_->continuous && options_->streaming;
    if (!reads_all && batch_ > limit_batch_)
      return options_->streaming ? PollStatus::AtLimit : PollStatus::EndOfInput;
    const std::vector<FileEntry>* files = log_->batch(batch_);
    if (files == nullptr) return offset_error("file", offset().value_or(Offset{}));
    const auto is_open = go_to_file(*files);
    if (!is_open.ok()) return is_open.error();
    if (!*is_open) continue;
    auto rows = read_rows(std::min(max_records, kMaxBatchRows));
    if (!rows.ok()) return rows.error();
    if (!*rows) continue;
    out.emit(std::move(*rows));
    return PollStatus::Emitted;
  }
}

/// Opens the next file where none is open; false when the batch has no further one (and is left
/// then).
Result<bool> FileSource::go_to_file(const std::vector<FileEntry>& files) {
  if (reading_) return true;
  if (file_ >= files.size()) {
    ++batch_;
    file_ = 0;
    return false;
  }
  const FileEntry& file = files[file_];
  auto values = partition_values(*options_->format.partition_schema, options_->partition_base,
                                 file.path, zone_);
  if (!values)
    return make_error(ErrorKind::BadData,
                      "file source: folder name is not of its column's type: '" + file.path + "'",
                      "name the column in the schema, with a type that fits");
  Status opened = reader_->open(file.path, std::move(*values));
  if (!opened.ok()) return opened.error();
  reading_ = true;
  return true;
}

/// Empty at the end of the file.
Result<RecordBatch> FileSource::read_rows(std::size_t max_rows) {
  while (true) {
    auto rows = reader_->read(max_rows);
    if (!rows.ok()) return rows;
    if (!*rows) {
      reading_ = false;
      ++file_;
      row_ = rows_to_skip_ = 0;
      return rows;
    }
    const std::uint32_t count = rows->num_physical_rows();
    const auto skipped = static_cast<std::uint32_t>(std::min<std::uint64_t>(rows_to_skip_, count));
    rows_to_skip_ -= skipped;
    row_ += count - skipped;
    if (skipped == count) continue;
    if (skipped == 0) return rows;
    rows->start_selection().resize(count - skipped);
    std::iota(rows->start_selection().begin(), rows->start_selection().end(), skipped);
    return rows;
  }
}

}  // namespace millrace
