#include "operators/processor_handle.hpp"

#include "records/key_encoding.hpp"

#include <algorithm>
#include <stdexcept>

namespace millrace {

namespace {

constexpr std::size_t kSweptPerCall = 16'384;
constexpr std::int64_t kMicrosPerMilli = 1000;

/// Milliseconds that have begun, before 1970 too.
std::int64_t floor_millis(std::int64_t micros) {
  return micros / kMicrosPerMilli - (micros % kMicrosPerMilli < 0 ? 1 : 0);
}

}  // namespace

ProcessorHandle::ProcessorHandle(TimeMode mode, Options options)
    : mode_(mode), options_(std::move(options)), timers_({8, {}}, MapEviction::ByOrder) {}

void ProcessorHandle::open(SubtaskState& state) {
  state_ = &state;
  state.declare("timers", timers_);
}

StateCells* ProcessorHandle::declare(std::string_view name, CellKind /*kind*/,
                                     std::int64_t ttl_ms) {
  if (state_ == nullptr)
    throw std::logic_error("states are declared in init: '" + std::string(name) + "'");
  if (std::find(names_.begin(), names_.end(), name) != names_.end())
    throw std::logic_error("state declared twice: '" + std::string(name) + "'");
  if (ttl_ms < 0) throw std::logic_error("time to live below 0: '" + std::string(name) + "'");
  names_.emplace_back(name);
  cells_.push_back(std::make_unique<KeyedCells>(current_, ttl_ms * kMicrosPerMilli));
  state_->declare("state." + names_.back(), cells_.back()->map());
  return cells_.back().get();
}

void ProcessorHandle::register_timer(std::int64_t expiry_ms) {
  if (mode_ == TimeMode::None) throw std::logic_error("timers need a time mode");
  const MapElements* timers = timers_.find(current_.key, current_.hash);
  if (timers != nullptr && !timers->range(expiry_ms, expiry_ms).empty()) return;
  timers_.changed(timers_.insert(current_.key, current_.hash, expiry_ms));
}

void ProcessorHandle::delete_timer(std::int64_t expiry_ms) {
  const MapElements* timers = timers_.find(current_.key, current_.hash);
  if (timers == nullptr) return;
  const auto found = timers->range(expiry_ms, expiry_ms);
  if (!found.empty()) timers_.erase(found.front().value);
}

std::vector<std::int64_t> ProcessorHandle::list_timers() const {
  std::vector<std::int64_t> all;
  if (const MapElements* timers = timers_.find(current_.key, current_.hash))
    for (const MapElement& timer : timers->all()) all.push_back(timer.order);
  return all;
}

std::optional<std::string> ProcessorHandle::option(std::string_view name) const {
  const OptionText* text = options_.find(name);
  return text ? std::optional(text->value) : std::nullopt;
}

bool ProcessorHandle::take_expired(std::int64_t micros, std::size_t most,
                                   std::vector<Expired>& expired) {
  expired.clear();
  const bool is_all = timers_.evict(floor_millis(micros), most, [&](std::byte* timer) {
    expired.push_back({std::string(StateMap::key_of(timer)), StateMap::order_of(timer)});
  });
  std::stable_sort(expired.begin(), expired.end(),
                   [](const Expired& a, const Expired& b) { return a.expiry_ms < b.expiry_ms; });
  return is_all;
}

std::optional<std::int64_t> ProcessorHandle::next_expiry_micros() const {
  const auto first = timers_.first_order();
  return first ? std::optional(*first * kMicrosPerMilli) : std::nullopt;
}

void ProcessorHandle::sweep(std::int64_t now) {
  for (const auto& cells : cells_) cells->sweep(kSweptPerCall, now);
}

std::size_t ProcessorHandle::num_elements() const {
  std::size_t total = timers_.size();
  for (const auto& cells : cells_) total += cells->map().size();
  return total;
}

std::size_t ProcessorHandle::bytes_used() const {
  std::size_t total = timers_.bytes_used();
  for (const auto& cells : cells_) total += cells->map().bytes_used();
  return total;
}

}  // namespace millrace
