#include "tests/support/changes.hpp"

#include <algorithm>
#include <cstring>

namespace millrace::test {

namespace {

std::string text_of_change(const StateChange& change) {
  const std::string key(change.key);
  const std::string part = key + "." + std::to_string(change.part);
  switch (change.kind) {
    case ChangeKind::Put: return "put " + key + "=" + std::string(change.bytes);
    case ChangeKind::Remove: return "remove " + key;
    case ChangeKind::Append: return "append " + part + "=" + std::string(change.bytes);
    case ChangeKind::Replace: return "replace " + part + "=" + std::string(change.bytes);
    case ChangeKind::DropFront: break;
  }
  std::uint64_t dropped = 0;
  std::memcpy(&dropped, change.bytes.data(), sizeof dropped);
  return "drop " + part + " " + std::to_string(dropped);
}

}  // namespace

std::string encoded(const FrozenChanges& changes) {
  std::string bytes;
  for (const ChangePiece& piece : changes.pieces)
    bytes.append(reinterpret_cast<const char*>(piece.memory.get()), piece.size);
  return bytes;
}

std::string text_of_changes(std::string_view encoded) {
  std::string text;
  ChangeReader reader(encoded);
  while (const auto change = reader.next())
    text += (text.empty() ? "" : ", ") + text_of_change(*change);
  return reader.is_damaged() ? text + " damaged" : text;
}

void KeptState::add(FrozenState frozen) {
  for (const FrozenState::Table& table : frozen.tables) {
    auto same_name = [&](const Table& one) { return one.name == table.name; };
    auto kept = std::find_if(tables_.begin(), tables_.end(), same_name);
    if (kept == tables_.end()) kept = tables_.insert(kept, {table.name, table.value_size, {}});
    kept->encoded.push_back(encoded(table.changes));
  }
  numbers_ = frozen.numbers;
  frozen.recycle();
}

RecoveredState KeptState::recovered() const {
  RecoveredState state;
  for (const Table& table : tables_)
    state.tables.push_back(
        {table.name, table.value_size, {table.encoded.begin(), table.encoded.end()}});
  state.numbers = numbers_;
  return state;
}

std::size_t KeptState::num_bytes() const {
  std::size_t total = 0;
  for (const Table& table : tables_)
    for (const std::string& one : table.encoded) total += one.size();
  return total;
}

}  // namespace millrace::test
