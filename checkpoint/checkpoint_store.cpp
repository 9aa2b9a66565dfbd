#include "checkpoint/checkpoint_store.hpp"

#include "checkpoint/checkpoint_store_state.hpp"
#include "checkpoint/journal_payload.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>

namespace millrace {
namespace {

/// Moves those of `from` that belong to an epoch up to `last`, in order.
template <class T>
std::vector<T> take_until(std::vector<T>& from, Epoch last) {
  const auto rest = std::stable_partition(from.begin(), from.end(),
                                          [last](const T& item) { return item.epoch <= last; });
  std::vector<T> taken(std::make_move_iterator(from.begin()), std::make_move_iterator(rest));
  from.erase(from.begin(), rest);
  return taken;
}

PendingRecord delta_record(const PendingDelta& delta, std::uint64_t run) {
  DeltaView view{delta.subtask, run, {}, delta.state.numbers};
  PendingRecord record{RecordType::Delta, delta.epoch, {}, {}};
  for (const FrozenState::Table& table : delta.state.tables) {
    view.tables.push_back({table.name, table.value_size, table.changes.num_bytes(), {}});
    for (const ChangePiece& piece : table.changes.pieces)
      record.pieces.emplace_back(reinterpret_cast<const char*>(piece.memory.get()), piece.size);
  }
  record.head = encode_delta_head(view);
  return record;
}

void append_records(std::vector<PendingRecord>& records, const StoreWork& work, std::uint64_t run) {
  if (const auto* plan = std::get_if<PlanRecord>(&work.record))
    return records.push_back({RecordType::Plan, plan->epoch, encode(*plan), {}});
  for (const PendingDelta& delta : work.deltas) records.push_back(delta_record(delta, run));
  for (const OutputRecord& output : work.outputs)
    records.push_back({RecordType::Output, output.epoch, encode(output), {}});
  const auto& commit = std::get<CommitRecord>(work.record);
  records.push_back({RecordType::Commit, commit.epoch, encode(commit), {}});
}

std::int64_t change_bytes(const StoreWork& work) {
  std::int64_t total = 0;
  for (const PendingDelta& delta : work.deltas)
    for (const FrozenState::Table& table : delta.state.tables)
      total += static_cast<std::int64_t>(table.changes.num_bytes());
  return total;
}

std::int64_t num_bytes(const std::vector<PendingRecord>& records) {
  std::int64_t total = 0;
  for (const PendingRecord& record : records) {
    total += static_cast<std::int64_t>(sizeof(RecordHeader) + record.head.size());
    for (const std::string_view piece : record.pieces)
      total += static_cast<std::int64_t>(piece.size());
  }
  return total;
}

}  // namespace

CheckpointStore::CheckpointStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
CheckpointStore::~CheckpointStore() = default;

const std::string& CheckpointStore::query_id() const { return state_->query_id; }

const RecoveredCheckpoint* CheckpointStore::recovered() const {
  return state_->recovered ? &*state_->recovered : nullptr;
}

void CheckpointStore::release() {
  state_->recovered.reset();
  state_->contents.reset();
}

void CheckpointStore::write_plan(PlanRecord plan, Done done) {
  state_->enqueue({std::move(plan), std::move(done), {}, {}});
}

void CheckpointStore::add_delta(Epoch epoch, SubtaskName subtask, FrozenState state) {
  if (state.tables.empty() && state.numbers.empty()) return;
  const std::lock_guard guard(state_->mutex);
  state_->deltas.push_back({epoch, std::move(subtask), std::move(state)});
}

void CheckpointStore::add_output(OutputRecord output) {
  const std::lock_guard guard(state_->mutex);
  state_->outputs.push_back(std::move(output));
}

void CheckpointStore::commit(CommitRecord record, Done done) {
  const Epoch epoch = record.epoch;
  StoreWork work{std::move(record), std::move(done), {}, {}};
  {
    const std::lock_guard guard(state_->mutex);
    work.deltas = take_until(state_->deltas, epoch);
    work.outputs = take_until(state_->outputs, epoch);
  }
  state_->enqueue(std::move(work));
}

void CheckpointStore::confirm(Epoch epoch) {
  const std::lock_guard guard(state_->mutex);
  state_->confirmed = std::max(state_->confirmed, epoch);
}

void CheckpointStore::set_on_storage_full(std::function<void(bool)> callback) {
  const std::lock_guard guard(state_->mutex);
  state_->on_storage_full = std::move(callback);
}

void CheckpointStore::run_pending() {
  std::vector<StoreWork> batch;
  {
    const std::lock_guard guard(state_->mutex);
    batch.swap(state_->queue);
  }
  if (batch.empty() || state_->process(batch)) return;
  const std::lock_guard guard(state_->mutex);
  state_->queue.insert(state_->queue.begin(), std::make_move_iterator(batch.begin()),
                       std::make_move_iterator(batch.end()));
}

CheckpointStore::Totals CheckpointStore::totals() const {
  const std::lock_guard guard(state_->mutex);
  return state_->totals;
}

CheckpointStore::State::~State() {
  {
    const std::lock_guard guard(mutex);
    is_closing = true;
  }
  wake.notify_all();
  if (thread.joinable()) thread.join();
  if (!journal || failure || confirmed < Epoch{0}) return;
  journal->set_confirmed(confirmed);
  // Best effort: without it the last epoch is shown again.
  (void)journal->mark(last_commit);
}

void CheckpointStore::State::start_thread() {
  thread = std::thread([this] { run(); });
  ::pthread_setname_np(thread.native_handle(), "checkpoint");
}

void CheckpointStore::State::run() {
  std::vector<StoreWork> batch;
  while (true) {
    {
      std::unique_lock guard(mutex);
      wake.wait(guard, [this] { return is_closing || !queue.empty(); });
      if (queue.empty()) return;
      if (writes_plans) gather(guard);
      batch.swap(queue);
    }
    while (!process(batch)) {
      if (wait_for_space()) continue;
      finish(batch, make_error(ErrorKind::Temporary,
                               "checkpoint '" + options.location + "': closed with a full disk",
                               "make room on the disk and start again"));
      break;
    }
    batch.clear();
  }
}

void CheckpointStore::State::gather(std::unique_lock<std::mutex>& guard) {
  constexpr std::chrono::steady_clock::duration kLongest = std::chrono::microseconds(500);
  wake.wait_for(guard, std::min(last_sync / 4, kLongest), [this] { return is_closing; });
}

void CheckpointStore::State::enqueue(StoreWork work) {
  {
    const std::lock_guard guard(mutex);
    queue.push_back(std::move(work));
  }
  wake.notify_one();
}

bool CheckpointStore::State::process(std::vector<StoreWork>& batch) {
  Status status;
  if (!failure) status = write(batch);
  if (!failure && !status && is_storage_full(status.error())) return announce_full(true), false;
  announce_full(false);
  if (!failure && !status) failure = status.error();
  finish(batch, failure ? Status(*failure) : Status());
  if (failure) return true;
  if (Status marked = journal->mark(last_commit); !marked) failure = marked.error();
  if (!failure) advance_base_images();
  return true;
}

void CheckpointStore::State::advance_base_images() {
  if (const auto due = journal->take_due_base())
    is_simulated ? base_images->build(*due) : base_images->start(*due);
  if (journal->is_base_late()) base_images->hurry();
  const auto built = base_images->take_result();
  if (!built) return;
  if (built->ok()) {
    journal->on_base_built(built->value());
    const std::lock_guard guard(mutex);
    totals.base_bytes += static_cast<std::int64_t>(built->value().num_bytes);
  } else if (is_storage_full(built->error())) {
    journal->on_base_failed();
  } else {
    failure = built->error();
  }
}

Status CheckpointStore::State::write(const std::vector<StoreWork>& batch) {
  std::vector<PendingRecord> records;
  for (const StoreWork& work : batch) append_records(records, work, journal->run());
  if (Status appended = journal->append(records); !appended) return appended;
  if (Status synced = sync(); !synced) return synced;
  const std::lock_guard guard(mutex);
  ++totals.syncs;
  totals.journal_bytes += num_bytes(records);
  for (const StoreWork& work : batch) {
    totals.change_bytes += change_bytes(work);
    const auto* commit = std::get_if<CommitRecord>(&work.record);
    writes_plans |= commit == nullptr;
    if (commit == nullptr) continue;
    ++totals.commits;
    last_commit = commit->epoch;
  }
  return {};
}

Status CheckpointStore::State::sync() {
  rest();
  const auto begin = std::chrono::steady_clock::now();
  Status synced = journal->begin_sync();
  rest();
  if (synced) synced = journal->sync();
  last_sync = std::chrono::steady_clock::now() - begin;
  if (synced) return {};
  Error error = synced.error();
  error.kind = ErrorKind::Io;
  error.error_class.clear();  // even a full disk is final here: what the file holds is unknown
  return error;
}

void CheckpointStore::State::rest() const {
  constexpr std::chrono::steady_clock::duration kLongest = std::chrono::microseconds(100);
  if (core_of_job && only_core() == core_of_job)
    std::this_thread::sleep_for(std::min(last_sync / 16, kLongest));
}

void CheckpointStore::State::finish(std::vector<StoreWork>& batch, const Status& status) {
  for (StoreWork& work : batch) {
    if (work.done) work.done(status);
    for (PendingDelta& delta : work.deltas) delta.state.recycle();
  }
}

void CheckpointStore::State::announce_full(bool now_full) {
  if (is_full == now_full) return;
  is_full = now_full;
  std::function<void(bool)> callback;
  {
    const std::lock_guard guard(mutex);
    callback = on_storage_full;
  }
  if (callback) callback(now_full);
}

bool CheckpointStore::State::wait_for_space() {
  std::unique_lock guard(mutex);
  return !wake.wait_for(guard, std::chrono::seconds(1), [this] { return is_closing; });
}

}  // namespace millrace
