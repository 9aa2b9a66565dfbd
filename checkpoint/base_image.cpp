#include "checkpoint/base_image.hpp"

#include "checkpoint/base_image_merge.hpp"
#include "checkpoint/journal_checksum.hpp"
#include "checkpoint/journal_payload.hpp"
#include "checkpoint/journal_recovery.hpp"
#include "checkpoint/publish.hpp"

namespace millrace {
namespace {

// A sync of much at once would hold up the syncs of the journal.
constexpr std::uint64_t kSyncBytes = 4 << 20;

Error gave_up() { return make_error(ErrorKind::Temporary, "base image: the job is closing"); }

/// Writes the file of an image record by record.
class ImageWriter {
 public:
  ImageWriter(const BaseImagePlan& plan, const JournalContents& contents)
      : plan_(plan),
        epoch_(contents.epochs.back().epoch),
        position_{0, 0, contents.end.checksum, contents.end.write} {}

  Status open(FileSystem& files) {
    auto file = files.open_for_write(plan_.location + "/" + base_name(epoch_) + ".tmp", true);
    if (!file) return file.error();
    file_ = std::move(*file);
    if (Status cut = file_->truncate(0); !cut) return cut;
    const FileHeader header = make_file_header(FileType::BaseImage, plan_.query_id,
                                               plan_.last_segment + 1, position_.checksum);
    return write({{bytes_of(header)}});
  }

  Status add(RecordType type, std::string head, std::string_view piece = {}) {
    const PendingRecord record{type, epoch_, std::move(head), {piece}};
    const RecordHeader header = make_record_header(record, position_, type == RecordType::Commit);
    position_.checksum = header.checksum;
    return write({{bytes_of(header), record.head, piece}});
  }

  Status sync() {
    unsynced_ = 0;
    return file_->sync();
  }
  void rest() const {
    if (plan_.rest) plan_.rest();
  }
  const BaseImagePlan& plan() const { return plan_; }

 private:
  Status write(std::vector<std::string_view> pieces) {
    if (Status written = file_->write_at(position_.offset, pieces); !written) return written;
    std::uint64_t count = 0;
    for (const std::string_view piece : pieces) count += piece.size();
    position_.offset += count;
    unsynced_ += count;
    if (unsynced_ >= kSyncBytes)
      if (Status synced = sync(); !synced) return synced;
    return plan_.pace && !plan_.pace(count) ? Status(gave_up()) : Status();
  }

  const BaseImagePlan& plan_;
  const Epoch epoch_;
  JournalPosition position_;
  std::unique_ptr<WritableFile> file_;
  std::uint64_t unsynced_ = 0;
};

Status add_group(ImageWriter& writer, const std::string& node, const RecoveredState::Table& table,
                 const std::vector<std::string_view>& records) {
  BaseImageMerge merge;
  for (const std::string_view record : records) {
    if (const auto change = ChangeReader(record).next()) merge.apply(*change);
    writer.rest();
  }
  const std::string merged = merge.encode(writer.plan().rest);
  if (merged.empty()) return {};
  DeltaView delta;
  delta.subtask.node = node;
  delta.tables.push_back({table.name, table.value_size, merged.size(), {}});
  return writer.add(RecordType::Delta, encode_delta_head(delta), merged);
}

Status add_table(ImageWriter& writer, const std::string& node, const RecoveredState::Table& table) {
  for (const auto& records : split_by_key_group(table.encoded, writer.plan().rest))
    if (!records.empty())
      if (Status added = add_group(writer, node, table, records); !added) return added;
  return {};
}

Status add_numbers(ImageWriter& writer, const std::string& node, const CollectedState& state) {
  for (const auto& [key, number] : state.numbers) {
    const DeltaView delta{{node, key.first}, state.run, {}, {number}};
    if (Status added = writer.add(RecordType::Delta, encode_delta_head(delta)); !added)
      return added;
  }
  return {};
}

Status add_state(ImageWriter& writer, const JournalContents& contents) {
  const auto nodes = collect_state(contents);
  if (!nodes) return nodes.error();
  for (const auto& [node, state] : *nodes) {
    for (const RecoveredState::Table& table : state.tables)
      if (Status added = add_table(writer, node, table); !added) return added;
    if (Status added = add_numbers(writer, node, state); !added) return added;
  }
  return {};
}

/// Rows that sinks had not confirmed when the last epoch of the image was committed.
Status add_outputs(ImageWriter& writer, const JournalContents& contents) {
  const auto last = decode_commit(contents.epochs.back().commit);
  if (!last) return make_error(ErrorKind::BadData, "base image: a commit record cannot be read");
  for (const CommittedEpoch& epoch : contents.epochs) {
    if (number(epoch.epoch) <= last->sinks_committed) continue;
    for (const std::string_view output : epoch.outputs)
      if (Status added = writer.add(RecordType::Output, std::string(output)); !added) return added;
  }
  return {};
}

Status write_image(FileSystem& files, const BaseImagePlan& plan, const JournalContents& contents) {
  ImageWriter writer(plan, contents);
  const Epoch epoch = contents.epochs.back().epoch;
  if (Status opened = writer.open(files); !opened) return opened;
  const std::string start = encode(StartRecord{epoch, contents.run});
  if (Status added = writer.add(RecordType::Start, start); !added) return added;
  if (Status added = add_state(writer, contents); !added) return added;
  if (Status added = add_outputs(writer, contents); !added) return added;
  const std::string commit(contents.epochs.back().commit);
  if (Status added = writer.add(RecordType::Commit, commit); !added) return added;
  if (Status synced = writer.sync(); !synced) return synced;
  return publish_written(files, plan.location, base_name(epoch));
}

/// 20 digits and `ending`: a name that Millrace gives.
bool is_numbered(const std::string& name, std::string_view ending) {
  return name.size() == 20 + ending.size() && name.ends_with(ending) &&
         name.find_first_not_of("0123456789") == 20;
}

Status remove_all(FileSystem& files, const std::string& location, const std::string& folder,
                  const std::function<bool(const std::string&)>& is_unneeded) {
  if (!files.exists(location + "/" + folder)) return {};
  const auto names = files.list(location + "/" + folder);
  if (!names) return names.error();
  for (const std::string& name : *names)
    if (is_unneeded(name))
      if (Status removed = files.remove(location + "/" + folder + "/" + name); !removed)
        return removed;
  return {};
}

}  // namespace

Result<BaseManifest> build_base_image(FileSystem& files, const BaseImagePlan& plan) {
  const auto contents =
      read_journal(files, plan.location, plan.query_id, plan.last_segment, plan.rest);
  if (!contents) return contents.error();
  if (contents->damage) return to_error(*contents->damage);
  if (contents->epochs.empty())
    return make_error(ErrorKind::Internal, "base image: no epoch is committed yet");
  if (Status written = write_image(files, plan, *contents); !written) return written.error();
  BaseManifest manifest;
  manifest.epoch = contents->epochs.back().epoch;
  manifest.first_segment = plan.last_segment + 1;
  const auto image = files.read(plan.location + "/" + base_name(manifest.epoch));
  if (!image) return image.error();
  manifest.num_bytes = (*image)->view().size();
  manifest.hash = content_hash((*image)->view(), plan.rest);
  if (Status done = publish(files, plan.location, "manifest", encode(manifest)); !done)
    return done.error();
  return manifest;
}

Status remove_unneeded(FileSystem& files, const std::string& location) {
  if (!files.exists(location + "/manifest")) return {};
  const auto text = files.read(location + "/manifest");
  if (!text) return text.error();
  const auto manifest = decode_manifest((*text)->view());
  if (!manifest) return manifest.error();
  const std::string base = base_name(manifest->epoch);
  const Status removed = remove_all(files, location, "base", [&](const std::string& name) {
    return is_numbered(name, ".img.tmp") || (is_numbered(name, ".img") && "base/" + name != base);
  });
  if (!removed) return removed;
  const std::string first = segment_name(manifest->first_segment);
  return remove_all(files, location, "journal", [&](const std::string& name) {
    return is_numbered(name, ".log") && "journal/" + name < first;
  });
}

}  // namespace millrace
