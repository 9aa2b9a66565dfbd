#pragma once

#include "records/event.hpp"
#include "records/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace millrace {

/// A file that an epoch published.
struct ManifestEntry {
  std::string path;  // absolute
  std::int64_t size = 0;
  std::int64_t modified_ms = 0;
  bool operator==(const ManifestEntry&) const = default;
};

/// Lines `{"path":"file:///...","size":...}` of entries, without `v1`; and back. Empty error text:
/// good.
std::string manifest_lines(const std::vector<ManifestEntry>& entries);
Result<std::vector<ManifestEntry>> parse_manifest_lines(std::string_view text);

/// The folder `_spark_metadata` of an output folder: which files belong to which committed epoch,
/// in Spark's form (`v1`, then a line a file; each tenth epoch is `N.compact` and holds all so
/// far, without those older than `retention`; ten minutes later what it replaces is deleted, but for the
/// last hundred epochs). Several subtasks of one process may commit to one folder at once.
class FileManifest {
 public:
  static constexpr std::chrono::microseconds kForEver = std::chrono::microseconds::max();
  /// Milliseconds since 1970 UTC.
  using Clock = std::function<std::int64_t()>;

  explicit FileManifest(const std::string& output_folder,
                        std::chrono::microseconds retention = kForEver, Clock now_ms = {});

  /// Adds the files of an epoch, durably; files of the epoch that are there already stay.
  Status commit(Epoch epoch, const std::vector<ManifestEntry>& entries);
  bool is_committed(Epoch epoch) const;
  /// Files of all committed epochs, oldest first.
  Result<std::vector<ManifestEntry>> files() const;

 private:
  Result<std::vector<ManifestEntry>> read(const std::string& name) const;
  Status write(const std::string& name, const std::vector<ManifestEntry>& entries) const;
  Result<std::vector<ManifestEntry>> files_before(std::int64_t epoch) const;

  std::chrono::sys_time<std::chrono::milliseconds> now() const;
  bool is_expired(const ManifestEntry& entry) const;
  void remove_compacted(std::int64_t epoch) const;

  std::string folder_;
  std::chrono::microseconds retention_;
  Clock now_ms_;  // empty: the wall clock
};

}  // namespace millrace
