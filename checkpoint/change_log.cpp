#include "checkpoint/change_log.hpp"

#include "records/check.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace {

namespace {

constexpr std::uint32_t kPadding = 8;
constexpr std::uint32_t kCountBits = 28;
constexpr std::uint32_t kCountMask = (1u << kCountBits) - 1;

struct Header {
  std::uint32_t key_size_and_kind;
  std::uint32_t count_and_part;

  std::uint32_t key_size() const { return key_size_and_kind & kCountMask; }
  std::uint32_t count() const { return count_and_part & kCountMask; }
  ChangeKind kind() const { return static_cast<ChangeKind>(key_size_and_kind >> kCountBits); }
  std::uint8_t part() const { return static_cast<std::uint8_t>(count_and_part >> kCountBits); }
  std::uint64_t padded_size() const {
    return (sizeof(Header) + std::uint64_t{key_size()} + count() + kPadding - 1) / kPadding *
           kPadding;
  }
};
static_assert(sizeof(Header) == kPadding);

std::uint32_t tagged(std::size_t size, std::uint32_t tag) {
  return static_cast<std::uint32_t>(size) | tag << kCountBits;
}

Header header_at(const void* record) {
  Header header{};
  std::memcpy(&header, record, sizeof header);
  return header;
}

bool is_known(ChangeKind kind) { return kind >= ChangeKind::Put && kind <= ChangeKind::Replace; }

}  // namespace

std::uint64_t FrozenChanges::num_bytes() const {
  std::uint64_t total = 0;
  for (const ChangePiece& piece : pieces) total += piece.size;
  return total;
}

ChangeLog::~ChangeLog() { delete returned_.load(); }

ChangeLog::Place ChangeLog::append(ChangeKind kind, std::uint8_t part, std::string_view key,
                                   std::size_t count) {
  MILLRACE_CHECK(key.size() <= kCountMask && count <= kCountMask,
                 "a key or a part of a state has 256 MiB or more");
  const Header header{tagged(key.size(), static_cast<std::uint32_t>(kind)), tagged(count, part)};
  const auto size = static_cast<std::uint32_t>(header.padded_size());
  std::byte* record = claim(size);
  std::memset(record + size - kUnit, 0, kUnit);
  std::memcpy(record, &header, sizeof header);
  std::memcpy(record + sizeof header, key.data(), key.size());
  const auto unit = static_cast<std::uint32_t>(record - pieces_.back().memory.get()) / kUnit;
  return {static_cast<std::uint32_t>(pieces_.size() - 1) << kUnitBits | unit};
}

std::byte* ChangeLog::claim(std::uint32_t size) {
  if (pieces_.empty() || pieces_.back().capacity - pieces_.back().size < size) add_piece(size);
  ChangePiece& piece = pieces_.back();
  return piece.memory.get() + std::exchange(piece.size, piece.size + size);
}

void ChangeLog::add_piece(std::uint32_t size) {
  MILLRACE_CHECK(pieces_.size() < kMaxPieces, "the changes of one epoch exceed 32 GiB");
  if (spare_.empty()) take_returned();
  if (size <= kPieceBytes && !spare_.empty()) {
    pieces_.push_back(std::move(spare_.back()));
    return spare_.pop_back();
  }
  const std::uint32_t capacity = std::max(size, kPieceBytes);
  pieces_.push_back({std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, 0});
}

void ChangeLog::make_remove(Place place) {
  std::byte* record = record_at(place);
  Header header = header_at(record);
  header.key_size_and_kind =
      tagged(header.key_size(), static_cast<std::uint32_t>(ChangeKind::Remove));
  std::memcpy(record, &header, sizeof header);
}

FrozenChanges ChangeLog::freeze() { return {std::exchange(pieces_, {})}; }

void ChangeLog::recycle(FrozenChanges changes) {
  auto* returned = new FrozenChanges(std::move(changes));
  std::erase_if(returned->pieces,
                [](const ChangePiece& piece) { return piece.capacity != kPieceBytes; });
  for (ChangePiece& piece : returned->pieces) piece.size = 0;
  // release: pairs with the acquire in `take_returned`, so that the owner sees empty pieces.
  FrozenChanges* nothing = nullptr;
  while (!returned_.compare_exchange_weak(nothing, returned, std::memory_order_release)) {
    std::unique_ptr<FrozenChanges> before(returned_.exchange(nullptr, std::memory_order_acquire));
    nothing = nullptr;
    if (before == nullptr) continue;
    std::move(before->pieces.begin(), before->pieces.end(), std::back_inserter(returned->pieces));
  }
}

void ChangeLog::take_returned() {
  std::unique_ptr<FrozenChanges> returned(returned_.exchange(nullptr, std::memory_order_acquire));
  if (returned != nullptr) spare_ = std::move(returned->pieces);
}

std::optional<StateChange> ChangeReader::next() {
  if (rest_.empty()) return std::nullopt;
  const Header header = rest_.size() < sizeof(Header) ? Header{} : header_at(rest_.data());
  if (!is_known(header.kind()) || header.padded_size() > rest_.size()) {
    is_damaged_ = true;
    rest_ = {};
    return std::nullopt;
  }
  StateChange change{
      header.kind(), header.part(), rest_.substr(sizeof(Header), header.key_size()), {}};
  if (change.kind != ChangeKind::Remove)
    change.bytes = rest_.substr(sizeof(Header) + header.key_size(), header.count());
  rest_.remove_prefix(header.padded_size());
  return change;
}

}  // namespace millrace
