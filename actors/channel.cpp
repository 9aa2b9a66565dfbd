#include "actors/channel.hpp"

#include "actors/task_cell.hpp"

namespace millrace {

bool Channel::try_pop(Event& event) {
  if (!queue_.try_dequeue(event)) return false;
  heed_for_sanitizer();
  const RecordBatch* batch = std::get_if<RecordBatch>(&event);
  if (batch == nullptr) return true;
  const std::int64_t weight = weight_of(*batch);
  const std::int64_t left = queued_.fetch_sub(weight, std::memory_order_seq_cst) - weight;
  if (is_half_empty(left) && writer_waits_.load(std::memory_order_seq_cst) &&
      writer_waits_.exchange(false))
    writer_.signal();
  return true;
}

}  // namespace millrace
