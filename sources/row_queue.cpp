#include "sources/row_queue.hpp"

#include <algorithm>
#include <numeric>

namespace millrace {

void RowQueue::push(RecordBatch batch) {
  if (batch.num_physical_rows() == 0) return;
  num_rows_ += batch.num_physical_rows();
  batches_.push_back(std::move(batch));
}

void RowQueue::pop_front() {
  front_row_ = 0;
  if (++front_ < batches_.size() && front_ < 1024) return;
  batches_.erase(batches_.begin(), batches_.begin() + static_cast<std::ptrdiff_t>(front_));
  front_ = 0;
}

RecordBatch RowQueue::cut_front(std::uint32_t rows, RecordPool& pool) {
  RecordBatch cut = pool.share(batches_[front_]);
  std::vector<std::uint32_t>& selection = cut.start_selection();
  selection.resize(rows);
  std::iota(selection.begin(), selection.end(), front_row_);
  front_row_ += rows;
  return cut;
}

std::size_t RowQueue::emit(std::size_t max_rows, RecordPool& pool, SourceOutput& out) {
  std::size_t emitted = 0;
  while (emitted < max_rows && !empty()) {
    const std::uint32_t left = batches_[front_].num_physical_rows() - front_row_;
    const auto rows = static_cast<std::uint32_t>(std::min<std::size_t>(left, max_rows - emitted));
    const bool is_whole = front_row_ == 0 && rows == left;
    out.emit(is_whole ? std::move(batches_[front_]) : cut_front(rows, pool));
    if (rows == left) pop_front();
    emitted += rows;
    num_rows_ -= rows;
  }
  return emitted;
}

}  // namespace millrace
