#include "actors/outbox.hpp"

#include <algorithm>

#include "checkpoint/key_groups.hpp"

namespace millrace {

Outbox::Outbox(std::vector<OutEdge> edges, RecordPool& pool, SubtaskCounters& counters,
               bool hand_off, Counter* watermark)
    : pool_(pool),
      counters_(counters),
      eval_{pool, 0, {}},
      hand_off_(hand_off),
      watermark_(watermark) {
  const auto first_letters = std::stable_partition(
      edges.begin(), edges.end(), [](const OutEdge& edge) { return !edge.dead_letters; });
  num_result_routes_ = static_cast<std::size_t>(first_letters - edges.begin());
  for (OutEdge& edge : edges) {
    Route route;
    if (edge.partitioning == Partitioning::Hash && edge.channels.size() > 1) {
      std::vector<DataType> types;
      for (const BoundExpressionPtr& key : edge.keys) types.push_back(key->type());
      route.encoder.emplace(std::move(types));
    }
    takes_late_ = takes_late_ || edge.is_late;
    route.waiting.resize(edge.channels.size());
    route.parts.resize(edge.channels.size());
    route.edge = std::move(edge);
    routes_.push_back(std::move(route));
  }
}

void Outbox::emit(RecordBatch batch) {
  if (batch.num_rows() == 0) return;
  counters_.records_out.add(batch.num_rows());
  emit_where(false, std::move(batch));
}

void Outbox::emit_late(RecordBatch batch) { emit_where(true, std::move(batch)); }

void Outbox::emit_where(bool is_late, RecordBatch batch) {
  Route* last = nullptr;
  for (std::size_t i = 0; i < num_result_routes_; ++i) {
    Route& next = routes_[i];
    if (next.edge.is_late != is_late) continue;
    if (last != nullptr) route(*last, pool_.share(batch));
    last = &next;
  }
  if (last != nullptr) route(*last, std::move(batch));
}

void Outbox::emit_dead_letters(RecordBatch batch) {
  for (std::size_t i = num_result_routes_; i < routes_.size(); ++i)
    route(routes_[i], pool_.share(batch));
}

template <class Control>
void Outbox::emit_with_watermarks(Control control) {
  for (Route& route : routes_) {
    if (!route.edge.has_watermark) continue;
    for (std::size_t c = 0; c < route.edge.channels.size(); ++c) push(route, c, control);
  }
}

void Outbox::emit(Watermark watermark) {
  if (watermark_ != nullptr) watermark_->set(watermark.micros);
  emit_with_watermarks(watermark);
}

void Outbox::emit(Activity activity) { emit_with_watermarks(activity); }

void Outbox::emit(EpochMarker marker) {
  for (Route& route : routes_)
    for (std::size_t c = 0; c < route.edge.channels.size(); ++c) push(route, c, marker);
}

void Outbox::emit(EndOfStream end) {
  for (Route& route : routes_)
    for (std::size_t c = 0; c < route.edge.channels.size(); ++c) push(route, c, end);
}

void Outbox::route(Route& route, RecordBatch batch) {
  const std::size_t n = route.edge.channels.size();
  if (n == 1) return push(route, 0, std::move(batch));
  switch (route.edge.partitioning) {
    case Partitioning::Forward:
    case Partitioning::Rebalance:
      push(route, route.next, std::move(batch));
      route.next = (route.next + 1) % n;
      return;
    case Partitioning::Broadcast:
      for (std::size_t c = 0; c + 1 < n; ++c) push(route, c, pool_.share(batch));
      return push(route, n - 1, std::move(batch));
    case Partitioning::Hash: return spread_by_hash(route, std::move(batch));
  }
}

void Outbox::spread_by_hash(Route& route, RecordBatch batch) {
  const Rows rows = batch.rows();
  route.key_columns.clear();
  for (const BoundExpressionPtr& key : route.edge.keys)
    route.key_columns.push_back(key->evaluate(eval_, batch, rows));
  route.encoder->encode(route.key_columns, rows);
  const std::size_t n = route.edge.channels.size();
  for (std::uint32_t k = 0; k < rows.size(); ++k) {
    const std::uint32_t c = subtask_of(route.encoder->hash(k), n);
    RecordBatch& part = route.parts[c];
    if (!part) {
      part = pool_.make_batch_without_columns(batch.schema_ptr());
      part.columns() = batch.columns();
      part.set_num_physical_rows(batch.num_physical_rows());
      part.set_changes(batch.changes());
      part.set_ingest_ns(batch.ingest_ns());
      part.start_selection();
    }
    part.start_selection().push_back(rows[k]);
  }
  route.key_columns.clear();
  for (std::size_t c = 0; c < n; ++c)
    if (route.parts[c]) push(route, c, std::move(route.parts[c]));
}

void Outbox::push(Route& route, std::size_t channel, Event event) {
  std::deque<Event>& waiting = route.waiting[channel];
  Channel& to = *route.edge.channels[channel];
  if (waiting.empty()) {
    if (hands_over(to, route.edge.partitioning) && to.reader().claim()) {
      claimed_.push_back(&to.reader());
      if (to.reader().task().take_directly(event)) return;
    }
    if (to.try_push(event)) return signal(to, route.edge.partitioning);
  }
  waiting.push_back(std::move(event));
  ++num_waiting_;
}

bool Outbox::flush() {
  if (num_waiting_ == 0) return true;
  for (Route& route : routes_) {
    for (std::size_t c = 0; c < route.waiting.size(); ++c) {
      std::deque<Event>& waiting = route.waiting[c];
      while (!waiting.empty() && route.edge.channels[c]->try_push(waiting.front())) {
        waiting.pop_front();
        --num_waiting_;
        signal(*route.edge.channels[c], route.edge.partitioning);
      }
    }
  }
  return num_waiting_ == 0;
}

void Outbox::signal(Channel& channel, Partitioning partitioning) {
  TaskCell& reader = channel.reader();
  if (!hands_over(channel, partitioning)) return reader.signal();
  if (reader.claim()) claimed_.push_back(&reader);
}

void Outbox::hand_off(TimeSlice& slice) {
  // In the order of the edges: a reply does not wait for what else is done with its row.
  for (TaskCell* cell : claimed_) {
    if (slice.is_over()) cell->hand_back();
    else cell->run(slice);
  }
  claimed_.clear();
}

}  // namespace millrace
