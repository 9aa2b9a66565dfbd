#include "checkpoint/checkpoint_store_journal.hpp"

#include "checkpoint/journal_payload.hpp"

namespace millrace {

Result<std::unique_ptr<StoreJournal>> StoreJournal::open(FileSystem& files,
                                                         const CheckpointOptions& options,
                                                         const std::string& query_id,
                                                         const JournalContents& contents,
                                                         Epoch last) {
  std::unique_ptr<StoreJournal> journal(new StoreJournal(files, options));
  journal->run_ = contents.run + 1;
  if (Status begun = journal->start_writing(query_id, contents); !begun) return begun.error();
  if (Status started = journal->write_start(last); !started) return started.error();
  return journal;
}

Status StoreJournal::start_writing(const std::string& query_id, const JournalContents& contents) {
  auto writer = contents.segments.empty()
                    ? JournalWriter::begin_segment(files_, location_, query_id, contents.end)
                    : JournalWriter::resume(files_, location_, query_id, contents.end);
  if (!writer) return writer.error();
  writer_ = std::move(*writer);
  if (Status mended = mend_tail(contents); !mended) return mended;
  auto head = Head::open(files_, location_);
  if (!head) return head.error();
  head_ = std::move(*head);
  return {};
}

/// A sync that failed before a crash may have left pages that look written and are not: what no
/// mark proves is written again.
Status StoreJournal::mend_tail(const JournalContents& contents) {
  if (contents.segments.empty()) return {};
  if (contents.torn_bytes != 0)
    if (Status cut = writer_->cut_tail(); !cut) return cut;
  const bool is_marked = contents.head && contents.head->segment == contents.end.segment;
  const std::uint64_t proved = is_marked ? contents.head->offset : 0;
  return writer_->rewrite(contents.files.back()->view(), proved);
}

Status StoreJournal::write_start(Epoch last) {
  last_commit_ = last;
  const PendingRecord record{RecordType::Start, last, encode(StartRecord{last, run_}), {}};
  if (Status appended = writer_->append({&record, 1}); !appended) return appended;
  if (Status synced = writer_->sync(); !synced) return synced;
  if (Status marked = mark(last); !marked) return marked;
  if (Status synced = head_->sync(); !synced) return synced;
  return files_.sync_folder(location_);
}

Status StoreJournal::append(std::span<const PendingRecord> records) {
  if (position().offset >= segment_bytes_)
    if (Status rotated = rotate(); !rotated) return rotated;
  Status appended = writer_->append(records);
  tail_is_dirty_ = !appended.ok();
  return appended;
}

Status StoreJournal::rotate() {
  if (tail_is_dirty_) {
    if (Status cut = writer_->cut_tail(); !cut) return cut;
    if (Status synced = writer_->sync(); !synced) return synced;
    tail_is_dirty_ = false;
  }
  JournalPosition at = position();
  ++at.segment;
  auto next = JournalWriter::begin_segment(files_, location_, writer_->query_id(), at);
  if (!next) return next.error();
  writer_ = std::move(*next);
  if (Status marked = mark(last_commit_); !marked) return marked;
  return head_->sync();
}

Status StoreJournal::sync() { return writer_->sync(); }

Status StoreJournal::mark(Epoch last_commit) {
  last_commit_ = last_commit;
  Status marked = head_->write(position(), last_commit);
  // A full disk does not matter here: the mark is a lower bound.
  if (!marked && is_storage_full(marked.error())) return {};
  return marked;
}

}  // namespace millrace
