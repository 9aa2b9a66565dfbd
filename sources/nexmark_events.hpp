#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::nexmark {

// The events of the NEXMark benchmark, after the generator of github.com/nexmark/nexmark: of 50 events one is a
// person, three are auctions and 46 are bids. Every field is a pure function of the event's number, so that any part of the
// stream can be made again and fields that nobody asks for cost nothing. The random numbers are not Java's; shares,
// skew and sizes are the same. Where the original adds the first person's id to a bidder twice, this adds it once.

inline constexpr std::int64_t kEventsPerRound = 50, kAuctionsPerRound = 3;
inline constexpr std::int64_t kFirstId = 1'000;  // of persons and of auctions
inline constexpr std::int64_t kBaseTimeMicros = 1'436'918'400'000'000;  // 2015-07-15 00:00:00

enum class Kind { Person, Auction, Bid };
inline Kind kind_of(std::int64_t event) {
  const std::int64_t place = event % kEventsPerRound;
  return place == 0 ? Kind::Person : place <= kAuctionsPerRound ? Kind::Auction : Kind::Bid;
}

/// A random number for one use (`salt`) in one event.
inline std::uint64_t random_of(std::int64_t event, std::uint64_t salt) {
  std::uint64_t x = static_cast<std::uint64_t>(event) * 0x9e3779b97f4a7c15 + salt * 0xd1b54a32d192ed03;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
  return x ^ (x >> 32);
}
/// 0 to `n` - 1, from the upper half of a random number.
inline std::int64_t below(std::uint64_t random, std::int64_t n) {
  return static_cast<std::int64_t>(((random >> 32) * static_cast<std::uint64_t>(n)) >> 32);
}

/// Event time in microseconds, in whole milliseconds.
inline std::int64_t time_of(std::int64_t event, std::int64_t events_per_second) {
  return kBaseTimeMicros + event * 1'000 / events_per_second * 1'000;
}

std::int64_t person_id(std::int64_t event);
std::int64_t auction_id(std::int64_t event);
/// When an auction closes, in microseconds.
std::int64_t expiry_of(std::int64_t event, std::int64_t events_per_second);
std::int64_t seller_of(std::int64_t event);
std::int64_t category_of(std::int64_t event);
std::int64_t initial_bid_of(std::int64_t event);
std::int64_t reserve_of(std::int64_t event);

std::int64_t auction_of_bid(std::int64_t event);
std::int64_t bidder_of(std::int64_t event);
std::int64_t price_of(std::int64_t event);
/// The views live as long as the program.
std::string_view channel_of(std::int64_t event);
std::string_view url_of(std::int64_t event);

// Views live as long as the program; texts are written to the end of `out`.
std::string_view city_of(std::int64_t event);
std::string_view state_of(std::int64_t event);
void append_name(std::int64_t event, std::string& out);
void append_email(std::int64_t event, std::string& out);
void append_credit_card(std::int64_t event, std::string& out);
void append_item_name(std::int64_t event, std::string& out);
void append_description(std::int64_t event, std::string& out);
/// Letters that bring an event to its average size, 20 % more or less. The view lives as long as the program.
std::string_view extra_of(std::int64_t event);

}  // namespace millrace::nexmark
