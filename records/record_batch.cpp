#include "records/record_batch.hpp"

namespace millrace {

namespace {

/// Stands on a stack that takes nothing any more, because the pool's owner has let go.
template <class T>
T* closed() {
  return reinterpret_cast<T*>(alignof(T));
}

/// False when the stack is closed.
template <class T, class Link>
bool push(std::atomic<T*>& stack, T* item, Link link) {
  T* head = stack.load(std::memory_order_relaxed);
  do {
    if (head == closed<T>()) return false;
    item->*link = head;
    // release: pairs with the acquire in `pop`, so the owner sees the recycled object.
  } while (!stack.compare_exchange_weak(head, item, std::memory_order_release,
                                        std::memory_order_relaxed));
  return true;
}

/// Gives out first what came back last: it is still in the cache, however many the pool has.
template <class T, class Link>
T* pop(T*& free, std::atomic<T*>& returned, Link link) {
  if (returned.load(std::memory_order_relaxed) != nullptr) {
    T* const first = returned.exchange(nullptr, std::memory_order_acquire);
    T* last = first;
    while (last->*link != nullptr) last = last->*link;
    last->*link = free;
    free = first;
  }
  T* item = free;
  if (item != nullptr) free = item->*link;
  return item;
}

/// Gives their number.
template <class T, class Link>
std::uint64_t delete_all(T* item, Link link) {
  std::uint64_t count = 0;
  for (; item != nullptr; ++count) {
    T* next = item->*link;
    delete item;
    item = next;
  }
  return count;
}

/// Takes what came back, and nothing more; gives how many there were.
template <class T, class Link>
std::uint64_t close(T* free, std::atomic<T*>& returned, Link link) {
  return delete_all(free, link) +
         delete_all(returned.exchange(closed<T>(), std::memory_order_acquire), link);
}

}  // namespace

void RecordBatch::reset() {
  detail::BatchBody* body = std::exchange(body_, nullptr);
  if (body == nullptr) return;
  body->columns.clear();
  body->changes.reset();
  body->home->take_back(body);
}

ColumnRef RecordPool::make_column(const DataType& type) {
  Column* column = pop(free_columns_, returned_columns_, &Column::next_free_);
  if (column == nullptr) {
    column = new Column;
    column->home_ = this;
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  column->references_.store(1, std::memory_order_relaxed);
  column->type_ = type;
  column->width_ = type.width();
  column->size_ = 0;
  column->has_nulls_ = false;
  column->constant_ = false;
  for (const Field& field : type.fields()) column->children_.push_back(make_column(field.type));
  return ColumnRef(column);
}

RecordBatch RecordPool::make_batch_without_columns(const SchemaPtr& schema) {
  detail::BatchBody* body = pop(free_bodies_, returned_bodies_, &detail::BatchBody::next_free);
  if (body == nullptr) {
    body = new detail::BatchBody;
    body->home = this;
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  if (body->schema != schema) body->schema = schema;
  body->num_rows = 0;
  body->selected = false;
  body->selection.clear();
  body->ingest_ns = 0;
  return RecordBatch(body);
}

RecordBatch RecordPool::make_batch(const SchemaPtr& schema) {
  RecordBatch batch = make_batch_without_columns(schema);
  for (const Field& field : schema->fields) batch.columns().push_back(make_column(field.type));
  return batch;
}

RecordBatch RecordPool::share(const RecordBatch& batch) {
  RecordBatch copy = make_batch_without_columns(batch.schema_ptr());
  copy.columns() = batch.columns();
  copy.set_num_physical_rows(batch.num_physical_rows());
  copy.set_changes(batch.changes());
  copy.set_ingest_ns(batch.ingest_ns());
  if (batch.is_selected()) copy.start_selection() = batch.selection();
  return copy;
}

RecordPool::~RecordPool() = default;

/// The owner lets go: what is out is deleted when it comes back, and the pool with the last of it.
void RecordPool::drop_reference() {
  const std::uint64_t gone = 1 + close(free_columns_, returned_columns_, &Column::next_free_) +
                             close(free_bodies_, returned_bodies_, &detail::BatchBody::next_free);
  if (references_.fetch_sub(gone, std::memory_order_acq_rel) == gone) delete this;
}

void RecordPool::take_back(Column* column) {
  if (push(returned_columns_, column, &Column::next_free_)) return;
  delete column;
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void RecordPool::take_back(detail::BatchBody* body) {
  if (push(returned_bodies_, body, &detail::BatchBody::next_free)) return;
  delete body;
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace millrace
