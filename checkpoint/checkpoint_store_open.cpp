#include "checkpoint/checkpoint_store_metadata.hpp"
#include "checkpoint/checkpoint_store_state.hpp"
#include "checkpoint/journal_payload.hpp"
#include "checkpoint/journal_recovery.hpp"
#include "checkpoint/publish.hpp"
#include "records/uuid.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace millrace {
namespace {

constexpr std::string_view kRepair = "`millrace checkpoint repair LOCATION` says what can be saved";

/// True when sinks may have shown rows of epochs after `from`.
bool may_be_visible(const JournalContents& contents, Epoch from) {
  const auto last = decode_commit(contents.epochs.back().commit);
  if (last && last->sinks_committed > number(from)) return true;
  for (const CommittedEpoch& epoch : contents.epochs) {
    if (epoch.epoch <= from) continue;
    const auto commit = decode_commit(epoch.commit);
    if (commit && !commit->tokens.empty()) return true;
  }
  return false;
}

std::vector<std::string> warnings_of(const JournalContents& contents) {
  std::vector<std::string> warnings;
  if (contents.torn_bytes != 0)
    warnings.push_back(
        fmt::format("file '{}': {} bytes at offset {} were never synced and are cut: {}",
                    segment_name(contents.end.segment), contents.torn_bytes, contents.end.offset,
                    contents.torn_reason));
  if (contents.head_is_damaged)
    warnings.push_back("file 'HEAD' is damaged and is written anew; the journal is whole");
  else if (!contents.head && !contents.is_empty())
    warnings.push_back("file 'HEAD' is missing and is written anew; the journal is whole");
  return warnings;
}

/// Opens one location, step by step.
class Opening {
 public:
  Opening(FileSystem& files, const CheckpointOptions& options)
      : files_(files), options_(options), location_(options.location) {}

  Status make_folder() { return files_.make_folder(location_); }

  Result<StoreMetadata> read_metadata() {
    if (!files_.exists(location_ + "/metadata")) return create();
    const auto text = files_.read(location_ + "/metadata");
    if (!text) return text.error();
    auto metadata = decode_metadata((*text)->view());
    if (!metadata)
      return make_error(ErrorKind::BadData,
                        fmt::format("file 'metadata' at offset 0: {}", metadata.error().message),
                        std::string(kRepair));
    if (Status made = make_inner_folders(); !made) return made.error();
    return metadata;
  }

  Status check_fingerprint(const StoreMetadata& metadata, const JournalContents& contents) {
    const bool is_same =
        metadata.fingerprint && metadata.fingerprint->nodes == options_.fingerprint.nodes;
    if (is_same) return {};
    if (!metadata.fingerprint || contents.is_empty())
      return publish(files_, location_, "metadata",
                     encode(StoreMetadata{metadata.query_id, options_.fingerprint}));
    Error error = make_error(ErrorKind::BadData, "it was written by another topology",
                             "restore the topology, or choose another checkpointLocation");
    error.notes = differences(*metadata.fingerprint, options_.fingerprint);
    return error;
  }

  /// Leaves the epochs up to `from_epoch`.
  Status go_back(JournalContents& contents) {
    if (!options_.from_epoch) return {};
    const Epoch from = *options_.from_epoch;
    if (contents.epochs.empty())
      return make_error(ErrorKind::Usage,
                        fmt::format("epoch {} cannot be gone back to: none is committed yet",
                                    number(from)),
                        "start without --from-epoch");
    bool is_there = false;
    for (const CommittedEpoch& epoch : contents.epochs) is_there |= epoch.epoch == from;
    if (!is_there)
      return make_error(
          ErrorKind::Usage,
          fmt::format("epoch {} cannot be gone back to: there are {} to {}", number(from),
                      number(contents.epochs.front().epoch), number(contents.epochs.back().epoch)),
          "`millrace checkpoint ls LOCATION` lists them");
    if (from == contents.epochs.back().epoch) return {};
    if (!options_.allow_duplicates && may_be_visible(contents, from))
      return make_error(ErrorKind::Usage,
                        fmt::format("sinks have committed epochs after {}: their rows would come "
                                    "twice",
                                    number(from)),
                        "add --allow-duplicates if that does no harm");
    while (contents.epochs.back().epoch > from) contents.epochs.pop_back();
    contents.plans.clear();
    return {};
  }

 private:
  Result<StoreMetadata> create() {
    for (const char* name : {"journal", "base", "HEAD", "manifest"})
      if (has_content(name))
        return make_error(ErrorKind::BadData,
                          fmt::format("file 'metadata' is missing, but '{}' is there: without the "
                                      "query id, sinks would take rows twice",
                                      name),
                          std::string(kRepair));
    if (Status made = make_inner_folders(); !made) return made.error();
    if (Status named = sync_names(); !named) return named.error();
    StoreMetadata metadata{random_uuid(), options_.fingerprint};
    if (Status done = publish(files_, location_, "metadata", encode(metadata)); !done)
      return done.error();
    return metadata;
  }

  /// Durable before anything else: a crash may keep a later name and lose an earlier one.
  Status make_inner_folders() {
    for (const char* folder : {"/journal", "/base"})
      if (Status made = files_.make_folder(location_ + folder); !made) return made.error();
    return files_.sync_folder(location_);
  }

  /// Makes the name of the location durable. Folders above the one it lies in may be out of our
  /// rights; then they were not made by us.
  Status sync_names() {
    std::filesystem::path folder = std::filesystem::absolute(location_).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    const Status synced = files_.sync_folder(folder.parent_path().string());
    for (folder = folder.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
      (void)files_.sync_folder(folder.parent_path().string());
    return synced;
  }

  bool has_content(const std::string& name) {
    const std::string path = location_ + "/" + name;
    if (!files_.exists(path)) return false;
    const auto names = files_.list(path);
    return !names || !names->empty();
  }

  FileSystem& files_;
  const CheckpointOptions& options_;
  const std::string& location_;
};

}  // namespace

Status CheckpointStore::State::open() {
  Opening opening(files, options);
  if (Status made = opening.make_folder(); !made) return made;
  auto locked = files.lock(options.location + "/lock");
  if (!locked) return locked.error();
  lock = std::move(*locked);
  const auto metadata = opening.read_metadata();
  if (!metadata) return metadata.error();
  query_id = metadata->query_id;
  auto found = read_journal(files, options.location, query_id);
  if (!found) return found.error();
  if (found->damage) return to_error(*found->damage);
  if (Status same = opening.check_fingerprint(*metadata, *found); !same) return same;
  if (Status gone = opening.go_back(*found); !gone) return gone;
  contents = std::move(*found);
  return recover();
}

Status CheckpointStore::State::recover() {
  auto checkpoint = build_checkpoint(*contents);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->last) last_commit = checkpoint->last->epoch;
  auto opened = StoreJournal::open(files, options, query_id, *contents, last_commit);
  if (!opened) return opened.error();
  journal = std::move(*opened);
  base_images = std::make_unique<BaseImageBuilder>(files, options.location, query_id, core_of_job);
  if (Status removed = remove_unneeded(files, options.location); !removed) return removed;
  if (contents->is_empty()) return contents.reset(), Status();
  checkpoint->warnings = warnings_of(*contents);
  recovered = std::move(*checkpoint);
  return {};
}

Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(FileSystem& files,
                                                               CheckpointOptions options,
                                                               bool simulated) {
  auto state = std::make_unique<State>(files, std::move(options), simulated);
  if (Status opened = state->open(); !opened)
    return in_location(state->options.location, opened.error());
  if (!simulated) state->start_thread();
  return std::unique_ptr<CheckpointStore>(new CheckpointStore(std::move(state)));
}

}  // namespace millrace
