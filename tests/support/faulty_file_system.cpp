#include "tests/support/faulty_file_system.hpp"

#include <algorithm>

namespace millrace::test {
namespace {

constexpr std::uint64_t kSector = 512;

Error missing(const std::string& path) {
  return make_error(ErrorKind::InputMissing, "cannot open: '" + path + "': no such file");
}
Error io_error(const std::string& path) {
  return make_error(ErrorKind::Io, "cannot use: '" + path + "': Input/output error");
}
Error storage_full(const std::string& path) {
  Error error =
      make_error(ErrorKind::Temporary, "cannot write: '" + path + "': No space left on device");
  error.error_class = kStorageFull;
  return error;
}

void put(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

class Copy final : public FileBytes {
 public:
  explicit Copy(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view view() const override { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

class FaultyFileSystem::Handle final : public WritableFile {
 public:
  Handle(FaultyFileSystem& files, FilePointer file, std::string path)
      : files_(files), file_(std::move(file)), path_(std::move(path)) {}

  Status write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    std::string bytes;
    for (const std::string_view piece : pieces) bytes += piece;
    return files_.write(file_, path_, offset, bytes);
  }
  Status begin_sync() override { return files_.begin_sync(path_); }
  Status sync() override { return files_.sync(file_, path_); }
  Status truncate(std::uint64_t size) override { return files_.truncate(file_, path_, size); }

 private:
  FaultyFileSystem& files_;
  FilePointer file_;
  std::string path_;
};

class FaultyFileSystem::Lock final : public FileLock {
 public:
  Lock(FaultyFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~Lock() override {
    const std::lock_guard guard(files_.mutex_);
    files_.locked_.erase(path_);
  }

 private:
  FaultyFileSystem& files_;
  std::string path_;
};

std::string FaultyFileSystem::folder_of(const std::string& path) {
  const std::size_t end = path.rfind('/');
  return end == 0 ? "/" : path.substr(0, end);
}

Status FaultyFileSystem::step(const std::string& path, bool needs_room) {
  if (is_dead_) return io_error(path);
  if (needs_room && is_full_) return storage_full(path);
  const bool is_room_fault = fault_ == Fault::StorageFull || fault_ == Fault::ShortWrite;
  if (calls_++ < fault_call_ || (is_room_fault && !needs_room)) return {};
  fault_call_ = UINT64_MAX;
  if (fault_ == Fault::Crash) is_dead_ = true;
  if (fault_ == Fault::Error) syncs_fail_ = true;
  return is_room_fault ? storage_full(path) : io_error(path);
}

Status FaultyFileSystem::write(const FilePointer& file, const std::string& path,
                               std::uint64_t offset, std::string_view bytes) {
  const std::lock_guard guard(mutex_);
  const bool was_dead = is_dead_;
  Status status = step(path, true);
  if (!status && (was_dead || fault_ == Fault::Error || fault_ == Fault::StorageFull))
    return status;
  if (!status) bytes = bytes.substr(0, random_() % (bytes.size() + 1));
  if (bytes.empty()) return status;  // no bytes in `unsynced` would be a truncation
  put(file->now, offset, bytes);
  file->unsynced.push_back({offset, std::string(bytes)});
  written_ += bytes.size();
  return status;
}

Status FaultyFileSystem::begin_sync(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return begun_syncs_fail_ ? io_error(path) : Status();
}

Status FaultyFileSystem::sync(const FilePointer& file, const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (Status status = step(path); !status) return status;
  if (syncs_fail_) return io_error(path);
  ++syncs_;
  file->durable = file->now;
  file->unsynced.clear();
  return {};
}

Status FaultyFileSystem::truncate(const FilePointer& file, const std::string& path,
                                  std::uint64_t size) {
  const std::lock_guard guard(mutex_);
  if (Status status = step(path); !status) return status;
  file->now.resize(size);
  file->unsynced.push_back({size, {}});
  return {};
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::open_for_write(const std::string& path,
                                                                       bool create) {
  const std::lock_guard guard(mutex_);
  auto found = names_.find(path);
  if (found == names_.end()) {
    if (!create || !names_.contains(folder_of(path))) return missing(path);
    if (Status status = step(path, true); !status) return status.error();
    found = names_.emplace(path, std::make_shared<File>()).first;
  }
  return std::unique_ptr<WritableFile>(std::make_unique<Handle>(*this, found->second, path));
}

Result<std::unique_ptr<FileBytes>> FaultyFileSystem::read(const std::string& path) {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  if (found == names_.end()) return missing(path);
  if (unreadable_.contains(path) || found->second->is_folder) return io_error(path);
  return std::unique_ptr<FileBytes>(std::make_unique<Copy>(found->second->now));
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& folder) {
  const std::lock_guard guard(mutex_);
  if (!names_.contains(folder)) return missing(folder);
  std::vector<std::string> names;
  for (const auto& [path, file] : names_)
    if (folder_of(path) == folder) names.push_back(path.substr(folder.size() + 1));
  return names;
}

bool FaultyFileSystem::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return names_.contains(path);
}

Status FaultyFileSystem::make_folder(const std::string& path) {
  const std::lock_guard guard(mutex_);
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!names_.contains(part)) {
      if (Status status = step(part); !status) return status;
      names_[part] = std::make_shared<File>();
      names_[part]->is_folder = true;
    }
    if (end == std::string::npos) return {};
  }
}

Status FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard guard(mutex_);
  if (Status status = step(from); !status) return status;
  const auto found = names_.find(from);
  if (found == names_.end()) return missing(from);
  names_[to] = found->second;
  names_.erase(from);
  return {};
}

Status FaultyFileSystem::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (Status status = step(path); !status) return status;
  return names_.erase(path) != 0 ? Status() : Status(missing(path));
}

Status FaultyFileSystem::sync_folder(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (Status status = step(path); !status) return status;
  if (syncs_fail_) return io_error(path);
  ++syncs_;
  std::erase_if(durable_names_, [&](const auto& entry) { return folder_of(entry.first) == path; });
  for (const auto& [name, file] : names_)
    if (folder_of(name) == path) durable_names_[name] = file;
  return {};
}

Result<std::unique_ptr<FileLock>> FaultyFileSystem::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!locked_.insert(path).second)
    return make_error(ErrorKind::Temporary, "'" + path + "' is locked by process 1");
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(*this, path));
}

void FaultyFileSystem::fail_at(std::uint64_t call, Fault fault) {
  const std::lock_guard guard(mutex_);
  fault_call_ = calls_ + call;
  fault_ = fault;
}

void FaultyFileSystem::fail_begun_syncs() {
  const std::lock_guard guard(mutex_);
  begun_syncs_fail_ = true;
}

void FaultyFileSystem::set_full(bool is_full) {
  const std::lock_guard guard(mutex_);
  is_full_ = is_full;
  fault_ = Fault::ShortWrite;
}

/// Each sector of each write that was not synced may have reached the disk or not.
void FaultyFileSystem::lose_writes(File& file) {
  for (const File::Write& write : file.unsynced) {
    if (write.bytes.empty() && random_() % 2 == 0) file.durable.resize(write.offset);
    const std::uint64_t end = write.offset + write.bytes.size();
    for (std::uint64_t at = write.offset; at < end;) {
      const std::uint64_t next = std::min(end, (at / kSector + 1) * kSector);
      if (random_() % 4 != 0)
        put(file.durable, at, std::string_view(write.bytes).substr(at - write.offset, next - at));
      at = next;
    }
  }
  file.now = file.durable;
  file.unsynced.clear();
}

void FaultyFileSystem::crash() {
  const std::lock_guard guard(mutex_);
  // A name that was not synced may have become durable all the same: new, exchanged or gone.
  for (const auto& [path, file] : names_) {
    const auto durable = durable_names_.find(path);
    const bool is_same = durable != durable_names_.end() && durable->second == file;
    if (!is_same && random_() % 2 == 0) durable_names_[path] = file;
  }
  std::erase_if(durable_names_, [&](const auto& entry) {
    return !names_.contains(entry.first) && random_() % 2 == 0;
  });
  std::erase_if(durable_names_, [&](const auto& entry) {
    const std::string folder = folder_of(entry.first);
    return folder != "/" && !durable_names_.contains(folder);
  });
  for (auto& [path, file] : durable_names_) lose_writes(*file);
  names_ = durable_names_;
  is_dead_ = syncs_fail_ = is_full_ = false;
  fault_call_ = UINT64_MAX;
}

void FaultyFileSystem::restart() {
  const std::lock_guard guard(mutex_);
  is_dead_ = syncs_fail_ = is_full_ = false;
  fault_call_ = UINT64_MAX;
}

std::uint64_t FaultyFileSystem::num_calls() const {
  const std::lock_guard guard(mutex_);
  return calls_;
}

std::uint64_t FaultyFileSystem::num_syncs() const {
  const std::lock_guard guard(mutex_);
  return syncs_;
}

std::uint64_t FaultyFileSystem::bytes_stored() const {
  const std::lock_guard guard(mutex_);
  std::uint64_t total = 0;
  for (const auto& [path, file] : names_) total += file->now.size();
  return total;
}

std::uint64_t FaultyFileSystem::bytes_written() const {
  const std::lock_guard guard(mutex_);
  return written_;
}

std::vector<std::string> FaultyFileSystem::paths() const {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, file] : names_)
    if (!file->is_folder) paths.push_back(path);
  return paths;
}

std::string FaultyFileSystem::content(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  return names_.at(path)->now;
}

void FaultyFileSystem::set_content(const std::string& path, std::string content) {
  const std::lock_guard guard(mutex_);
  auto file = std::make_shared<File>();
  file->now = file->durable = std::move(content);
  names_[path] = durable_names_[path] = std::move(file);
}

void FaultyFileSystem::erase(const std::string& path) {
  const std::lock_guard guard(mutex_);
  names_.erase(path);
  durable_names_.erase(path);
}

void FaultyFileSystem::make_unreadable(const std::string& path) {
  const std::lock_guard guard(mutex_);
  unreadable_.insert(path);
}

}  // namespace millrace::test
