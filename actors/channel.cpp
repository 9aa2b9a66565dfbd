#include "actors/channel.hpp"

#include "actors/task_cell.hpp"

namespace millrace {

bool Channel::try_pop(Event& event) {
  if (!queue_.try_dequeue(event)) return false;
  heed_for_sanitizer();
  const RecordBatch* batch = std::get_if<RecordBatch>(&event);
  if (batch == nullptr) return true;
  queued_.fetch_sub(batch->num_rows(), std::memory_order_seq_cst);
  if (writer_waits_.load(std::memory_order_seq_cst) && writer_waits_.exchange(false))
    writer_.signal();
  return true;
}

}  // namespace millrace
