#pragma once

#include "records/result.hpp"
#include "sources/seen_files.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace {

/// Which files belong to which batch, so that an epoch planned by an earlier process reads the same
/// ones. In the folder there is one file for each batch in Spark's form: `v1`, then a line
/// `{"path":...,"timestamp":...,"batchId":...}` a file; every tenth is named `N.compact` and holds
/// all that is remembered. Without a folder it lives in memory only. Not thread-safe.
class FileLog {
 public:
  explicit FileLog(std::string folder) : folder_(std::move(folder)) {}

  /// Reads what an earlier process wrote; every entry goes to `seen`. Errors: a damaged file.
  Status load(SeenFiles& seen);
  /// Writes the next batch, durably. `seen` has its files already.
  Status append(std::vector<FileEntry> entries, const SeenFiles& seen);
  /// Number of the last batch, -1 when there is none.
  std::int64_t latest() const { return latest_; }
  /// Files of a batch in reading order; null when it is not known (any more).
  const std::vector<FileEntry>* batch(std::int64_t number) const;
  /// Batches before `number` will not be asked for again.
  void forget_before(std::int64_t number);

 private:
  Status read(const std::string& name, SeenFiles& seen);
  void remove_old_files() const;

  const std::string folder_;
  std::int64_t latest_ = -1;
  std::map<std::int64_t, std::vector<FileEntry>> batches_;
};

}  // namespace millrace
