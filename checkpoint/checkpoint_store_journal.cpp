#include "checkpoint/checkpoint_store_journal.hpp"

#include "checkpoint/journal_payload.hpp"

#include <algorithm>

namespace millrace {

Result<std::unique_ptr<StoreJournal>> StoreJournal::open(FileSystem& files,
                                                         const CheckpointOptions& options,
                                                         const std::string& query_id,
                                                         const JournalContents& contents,
                                                         Epoch last) {
  std::unique_ptr<StoreJournal> journal(new StoreJournal(files, options));
  journal->run_ = contents.run + 1;
  journal->count_segments(contents);
  if (contents.head && contents.head->epoch == last)
    journal->set_confirmed(Epoch{static_cast<std::int64_t>(contents.head->shown_below) - 1});
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

/// A sync that failed before a restart may have left pages that look written and are not: what no
/// mark proves is written again, and names are synced again.
Status StoreJournal::mend_tail(const JournalContents& contents) {
  if (contents.segments.empty()) return {};
  if (Status named = files_.sync_folder(location_ + "/journal"); !named) return named;
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
  const bool wants_base = base_work_ == BaseWork::None && bytes_since_base() >= base_limit() &&
                          last_commit_ > base_epoch_;
  if (wants_base || position().offset >= options_.segment_bytes)
    if (Status rotated = rotate(); !rotated) return rotated;
  if (wants_base) {
    wanted_ = closed_.back();
    base_work_ = BaseWork::Waiting;
  }
  Status appended = writer_->append(records);
  tail_is_dirty_ = !appended.ok();
  if (appended)
    for (const PendingRecord& record : records) newest_ = std::max(newest_, record.epoch);
  return appended;
}

Status StoreJournal::rotate() {
  if (tail_is_dirty_) {
    if (Status cut = writer_->cut_tail(); !cut) return cut;
    if (Status synced = writer_->sync(); !synced) return synced;
    tail_is_dirty_ = false;
  }
  JournalPosition at = position();
  // A plan may stand before the commit of the epoch before it.
  const Epoch before = closed_.empty() ? Epoch{-1} : closed_.back().last_epoch;
  const JournalSegment closed{at.segment, at.offset, std::max(newest_, before)};
  ++at.segment;
  auto next = JournalWriter::begin_segment(files_, location_, writer_->query_id(), at);
  if (!next) return next.error();
  writer_ = std::move(*next);
  closed_.push_back(closed);
  closed_bytes_ += closed.num_bytes;
  newest_ = Epoch{-1};
  if (Status marked = mark(last_commit_); !marked) return marked;
  return head_->sync();
}

void StoreJournal::count_segments(const JournalContents& contents) {
  if (contents.base) {
    base_bytes_ = contents.base->num_bytes;
    base_epoch_ = contents.base->epoch;
  }
  closed_ = contents.segments;
  if (!closed_.empty()) newest_ = closed_.back().last_epoch, closed_.pop_back();
  Epoch last{-1};
  for (JournalSegment& segment : closed_) {
    last = segment.last_epoch = std::max(last, segment.last_epoch);
    closed_bytes_ += segment.num_bytes;
  }
}

std::uint64_t StoreJournal::base_limit() const {
  return std::max({base_bytes_, options_.base_image_bytes, retry_bytes_});
}

std::optional<std::uint64_t> StoreJournal::take_due_base() {
  const std::int64_t reachable = number(wanted_.last_epoch) + options_.retention;
  if (base_work_ != BaseWork::Waiting || newest_ < Epoch{0} || number(last_commit_) < reachable)
    return std::nullopt;
  base_work_ = BaseWork::UnderWay;
  return wanted_.number;
}

void StoreJournal::on_base_built(const BaseManifest& base) {
  base_work_ = BaseWork::None;
  base_bytes_ = base.num_bytes;
  base_epoch_ = base.epoch;
  retry_bytes_ = 0;
  std::erase_if(closed_, [&](const JournalSegment& segment) {
    if (segment.number >= base.first_segment) return false;
    closed_bytes_ -= segment.num_bytes;
    return true;
  });
}

void StoreJournal::on_base_failed() {
  base_work_ = BaseWork::None;
  retry_bytes_ = bytes_since_base() + options_.base_image_bytes / 4;
}

Status StoreJournal::mark(Epoch last_commit) {
  last_commit_ = last_commit;
  Status marked = head_->write(position(), last_commit, confirmed_);
  // A full disk does not matter here: the mark is a lower bound.
  if (!marked && is_storage_full(marked.error())) return {};
  return marked;
}

}  // namespace millrace
