#pragma once

#include "records/time_zone.hpp"
#include "sources/file_cleaner.hpp"
#include "sources/file_listing.hpp"
#include "sources/file_log.hpp"
#include "sources/file_reader.hpp"
#include "sources/folder_watch.hpp"
#include "sources/source_type.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace {

struct FileSourceOptions {
  FileSelection selection;
  FileFormat format;
  std::string partition_base;  // folder above the `key=value` folders
  bool streaming = true;
  bool continuous = false;
  std::optional<std::int64_t> max_files;  // per trigger
  std::optional<std::int64_t> max_bytes;  // per trigger
  bool latest_first = false;
  bool file_name_only = false;
  std::int64_t max_age_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_cached_files = 10'000;
  double discard_cached_ratio = 0.2;
  CleanSource clean = CleanSource::Off;
  std::string archive_folder;
};

/// Reads files that appear in a folder, each once, oldest first. The files of one trigger are a
/// batch of the log; the offset `{"logOffset":n}` is the last batch read, with `"file"` and `"row"`
/// within the next one. A file's identity is its path: one that is written again is not read again.
/// Files must come complete (renamed into the folder, or closed by their writer). Not streaming:
/// one batch of all files there are, then the end. Rules and order are Spark's FileStreamSource's.
class FileSource final : public Source {
 public:
  explicit FileSource(std::shared_ptr<const FileSourceOptions> options);

  Status open(SourceContext& context, const std::optional<Offset>& start) override;
  /// Errors: a file cannot be read; a bad record under policy fail.
  Result<PollStatus> poll(std::size_t max_records, SourceOutput& out) override;
  std::optional<Offset> offset() const override;
  Result<std::optional<Offset>> latest_offset() override;
  Status limit_to(const Offset& end) override;
  Status freeze_end() override;
  /// Cleans the files of batches before the last one of `offset`, when cleanSource says so.
  void acknowledge(const Offset& offset) override;
  int ready_fd() const override { return options_->streaming ? watch_.fd() : -1; }

 private:
  Status restore(const Offset& start);
  /// Files not taken yet, in reading order.
  Result<std::vector<FoundFile>> new_files();
  Result<std::vector<FoundFile>> list();
  bool may_have_new_files();
  /// Makes the next batch of the log out of `files`, by the limits of a trigger.
  Status take_batch(std::vector<FoundFile> files);
  std::size_t num_taken(const std::vector<FoundFile>& files) const;
  void cache_rest(std::vector<FoundFile> files, std::size_t taken);
  Result<bool> go_to_file(const std::vector<FileEntry>& files);
  Result<RecordBatch> read_rows(std::size_t max_rows);

  // Fixed after open.
  std::shared_ptr<const FileSourceOptions> options_;
  SourceContext* context_ = nullptr;
  TimeZone zone_;
  FileCleaner cleaner_;

  // What there is.
  FolderWatch watch_;
  SeenFiles seen_;
  std::unique_ptr<FileLog> log_;
  std::vector<FoundFile> cached_;  // listed, for the next triggers
  std::optional<std::vector<FoundFile>> frozen_;
  std::optional<std::int64_t> listed_at_;

  // Position: the next row.
  std::int64_t batch_ = 0;
  std::size_t file_ = 0;
  std::uint64_t row_ = 0;
  std::int64_t limit_batch_ = -1;  // last batch to read
  std::unique_ptr<FileReader> reader_;
  bool reading_ = false;
  std::uint64_t rows_to_skip_ = 0;
};

/// The kinds `file`, `json`, `csv` and `text`: the same source with another default of `format`.
SourceType file_source_type(std::string name);

}  // namespace millrace
