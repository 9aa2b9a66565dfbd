#include "records/record_batch.hpp"

namespace millrace {

namespace {

template <class T, class Link>
void push(std::atomic<T*>& stack, T* item, Link link) {
  T* head = stack.load(std::memory_order_relaxed);
  do {
    item->*link = head;
    // release: pairs with the acquire in `pop`, so the owner sees the recycled object.
  } while (!stack.compare_exchange_weak(head, item, std::memory_order_release,
                                        std::memory_order_relaxed));
}

template <class T, class Link>
T* pop(T*& free, std::atomic<T*>& returned, Link link) {
  if (free == nullptr && returned.load(std::memory_order_relaxed) != nullptr)
    free = returned.exchange(nullptr, std::memory_order_acquire);
  T* item = free;
  if (item != nullptr) free = item->*link;
  return item;
}

template <class T, class Link>
void delete_all(T* item, Link link) {
  while (item != nullptr) {
    T* next = item->*link;
    delete item;
    item = next;
  }
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
  if (column == nullptr) column = new Column;
  column->home_ = this;
  column->references_.store(1, std::memory_order_relaxed);
  references_.fetch_add(1, std::memory_order_relaxed);
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
  if (body == nullptr) body = new detail::BatchBody;
  body->home = this;
  references_.fetch_add(1, std::memory_order_relaxed);
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

RecordPool::~RecordPool() {
  delete_all(free_columns_, &Column::next_free_);
  delete_all(returned_columns_.load(), &Column::next_free_);
  delete_all(free_bodies_, &detail::BatchBody::next_free);
  delete_all(returned_bodies_.load(), &detail::BatchBody::next_free);
}

void RecordPool::drop_reference() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void RecordPool::take_back(Column* column) {
  push(returned_columns_, column, &Column::next_free_);
  drop_reference();
}

void RecordPool::take_back(detail::BatchBody* body) {
  push(returned_bodies_, body, &detail::BatchBody::next_free);
  drop_reference();
}

}  // namespace millrace
