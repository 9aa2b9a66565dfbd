#include "expressions/aggregates/counted_values.hpp"

#include <cstring>
#include <string>

namespace millrace {

namespace {

/// Stands before each value.
struct Entry {
  std::int64_t count;
  std::uint32_t size;
};
constexpr std::size_t kEntryBytes = sizeof(std::int64_t) + sizeof(std::uint32_t);

void append_entry(std::string& to, std::string_view value, std::int64_t count) {
  const auto size = static_cast<std::uint32_t>(value.size());
  to.append(reinterpret_cast<const char*>(&count), sizeof count);
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.append(value);
}

template <class F>
void for_each_entry(const StateBytes& state, F&& f) {
  const char* next = reinterpret_cast<const char*>(state.data());
  const char* const end = next + state.size();
  while (next != end) {
    Entry entry{};
    std::memcpy(&entry.count, next, sizeof entry.count);
    std::memcpy(&entry.size, next + sizeof entry.count, sizeof entry.size);
    f(std::string_view(next + kEntryBytes, entry.size), entry.count);
    next += kEntryBytes + entry.size;
  }
}

void combine_equal(StateBytes& state) {
  std::string combined;
  for (const auto& [value, count] : CountedValues::counts(state))
    append_entry(combined, value, count);
  state.resize(0);
  state.append(combined.data(), static_cast<std::uint32_t>(combined.size()));
}

}  // namespace

void CountedValues::add(StateBytes& state, std::string_view value, std::int64_t count) {
  std::string entry;
  append_entry(entry, value, count);
  if (state.size() > 0 && state.size() + entry.size() > state.capacity()) {
    combine_equal(state);
    const std::uint32_t size = state.size();
    if (size > state.capacity() / 2) {  // or the next values would count it again
      state.extend(state.capacity() - size + 1);
      state.resize(size);
    }
  }
  state.append(entry.data(), static_cast<std::uint32_t>(entry.size()));
}

void CountedValues::merge(StateBytes& into, const StateBytes& from) {
  for_each_entry(from, [&](std::string_view value, std::int64_t count) { add(into, value, count); });
}

std::map<std::string_view, std::int64_t> CountedValues::counts(const StateBytes& state) {
  std::map<std::string_view, std::int64_t> counts;
  for_each_entry(state,
                 [&](std::string_view value, std::int64_t count) { counts[value] += count; });
  return counts;
}

}  // namespace millrace
