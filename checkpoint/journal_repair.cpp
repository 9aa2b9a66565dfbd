#include "checkpoint/journal_repair.hpp"

#include "checkpoint/checkpoint_store_metadata.hpp"
#include "checkpoint/publish.hpp"

#include <fmt/format.h>

namespace millrace {
namespace {

Result<StoreMetadata> read_metadata(FileSystem& files, const std::string& location) {
  const auto text = files.read(location + "/metadata");
  if (!text) return text.error();
  auto metadata = decode_metadata((*text)->view());
  if (!metadata)
    return make_error(ErrorKind::BadData,
                      "file 'metadata' at offset 0: " + metadata.error().message,
                      "`millrace checkpoint repair LOCATION` says what can be saved");
  return metadata;
}

/// Error: nothing of a checkpoint lies there.
Status check_is_checkpoint(FileSystem& files, const std::string& location) {
  for (const char* name : {"/metadata", "/journal"})
    if (files.exists(location + name)) return {};
  return make_error(ErrorKind::InputMissing, "this is no checkpoint",
                    "give the checkpointLocation of a job: a folder with a file 'metadata'");
}

/// The query id that the files of the journal carry.
Result<std::string> query_id_in_journal(FileSystem& files, const std::string& location) {
  const auto names = files.list(location + "/journal");
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto file = files.read(location + "/journal/" + name);
    FileHeader header;
    if (file && !check_file_header((*file)->view(), FileType::Segment, header))
      return query_id_of(header);
  }
  return make_error(ErrorKind::BadData, "no segment tells the query id");
}

/// One repair.
class Repair {
 public:
  Repair(FileSystem& files, const std::string& location, RepairPermission permission)
      : files_(files), location_(location), permission_(permission) {}

  Status run() {
    if (Status known = mend_metadata(); !known) return known;
    const auto contents = read_journal(files_, location_, query_id_);
    if (!contents) return contents.error();
    return contents->damage ? cut(*contents) : Status();
  }
  std::vector<std::string> take_report() { return std::move(report_); }

 private:
  Status mend_metadata() {
    const auto metadata = read_metadata(files_, location_);
    if (metadata) return query_id_ = metadata->query_id, Status();
    const auto id = query_id_in_journal(files_, location_);
    if (!id) return id.error();
    query_id_ = *id;
    if (files_.exists(location_ + "/metadata"))
      if (Status kept = keep("metadata"); !kept) return kept;
    report_.push_back("file 'metadata' is made anew with query id " + query_id_ +
                      "; the topology of the next start is taken as it is");
    return publish(files_, location_, "metadata", encode(StoreMetadata{query_id_, {}}));
  }

  /// Cuts the journal behind the last epoch that is whole.
  Status cut(const JournalContents& contents) {
    const JournalDamage& damage = *contents.damage;
    if (!damage.file.starts_with("journal/") || contents.end.segment == 0 ||
        contents.epochs.empty())
      return make_error(ErrorKind::BadData, to_error(damage).message,
                        "restore this file from a copy of the location: no epoch lies before the "
                        "damage");
    if (permission_ == RepairPermission::LoseNothing) {
      Error error = to_error(damage);
      error.notes.push_back(loss(contents));
      error.fix = "add --lose-epochs to go on without them";
      return error;
    }
    report_.push_back(loss(contents));
    return cut_files(contents);
  }

  static std::string loss(const JournalContents& contents) {
    const std::int64_t last = number(contents.epochs.back().epoch);
    if (contents.head && number(contents.head->epoch) > last)
      return fmt::format("epochs {} to {} (or later) are lost; epoch {} is the last one left",
                         last + 1, number(contents.head->epoch), last);
    return fmt::format("every epoch after {} is lost, if there was one", last);
  }

  Status cut_files(const JournalContents& contents) {
    // Without HEAD first: it would prove what is about to go.
    if (contents.head)
      if (Status kept = keep("HEAD"); !kept) return kept;
    if (Status synced = files_.sync_folder(location_); !synced) return synced;
    for (std::uint64_t later = contents.end.segment + 1;
         files_.exists(location_ + "/" + segment_name(later)); ++later)
      if (Status kept = keep(segment_name(later)); !kept) return kept;
    if (Status cut = cut_segment(contents); !cut) return cut;
    return files_.sync_folder(location_ + "/journal");
  }

  /// A copy without the end takes the place of the segment.
  Status cut_segment(const JournalContents& contents) {
    const std::string name = segment_name(contents.end.segment);
    if (!files_.exists(location_ + "/" + name)) return {};
    const auto file = files_.read(location_ + "/" + name);
    if (!file) return file.error();
    const std::string whole((*file)->view().substr(0, contents.end.offset));
    if (Status kept = keep(name); !kept) return kept;
    report_.push_back(fmt::format("file '{}' is cut at offset {}", name, whole.size()));
    return publish(files_, location_, name, whole);
  }

  Status keep(const std::string& name) {
    report_.push_back(fmt::format("file '{}' is kept as '{}.damaged'", name, name));
    return files_.rename(location_ + "/" + name, location_ + "/" + name + ".damaged");
  }

  FileSystem& files_;
  const std::string& location_;
  const RepairPermission permission_;
  std::string query_id_;
  std::vector<std::string> report_;
};

}  // namespace

Result<JournalContents> inspect_location(FileSystem& files, const std::string& location) {
  if (Status found = check_is_checkpoint(files, location); !found) return found.error();
  const auto metadata = read_metadata(files, location);
  if (!metadata) return metadata.error();
  return read_journal(files, location, metadata->query_id);
}

Result<std::vector<std::string>> repair_location(FileSystem& files, const std::string& location,
                                                 RepairPermission permission) {
  if (Status found = check_is_checkpoint(files, location); !found) return found.error();
  const auto lock = files.lock(location + "/lock");
  if (!lock) return lock.error();
  Repair repair(files, location, permission);
  if (Status done = repair.run(); !done) return done.error();
  return repair.take_report();
}

}  // namespace millrace
