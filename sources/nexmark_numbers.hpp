#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

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

namespace detail {

inline constexpr std::int64_t kActivePeople = 1'000, kAuctionsInFlight = 100, kLead = 10;
inline constexpr std::int64_t kHotGroup = 100;  // one hot id in so many
inline constexpr std::int64_t kFirstCategory = 10, kNumCategories = 5;

// One salt for each use of a random number.
enum Salt : std::uint64_t {
  kHotAuction = 1, kColdAuction, kHotBidder, kColdBidder, kPrice, kChannel, kExtraSize, kExtraPlace,
  kHotSeller, kColdSeller, kCategory, kReserve, kLength, kName, kEmail, kCard, kCity, kState, kItem,
  kDescription
};

/// Without a branch: the choice is random, so that a branch would be guessed wrong half the time.
inline std::int64_t choose(bool first, std::int64_t a, std::int64_t b) {
  const std::int64_t mask = -static_cast<std::int64_t>(first);
  return (a & mask) | (b & ~mask);
}

inline std::int64_t last_person(std::int64_t event) { return event / kEventsPerRound; }

inline std::int64_t last_auction(std::int64_t event) {
  const std::int64_t round = event / kEventsPerRound, place = event - round * kEventsPerRound;
  return round * kAuctionsPerRound + std::min(place, kAuctionsPerRound) - 1;
}

/// One of the people who are active, or who soon will be.
inline std::int64_t some_person(std::int64_t event, std::uint64_t salt) {
  const std::int64_t people = last_person(event) + 1, active = std::min(people, kActivePeople);
  return people - active + below(random_of(event, salt), active + kLead);
}

inline std::int64_t some_auction(std::int64_t event, std::int64_t last) {
  last = std::max<std::int64_t>(last, 0);
  const std::int64_t first = std::max<std::int64_t>(last - kAuctionsInFlight, 0);
  return first + below(random_of(event, kColdAuction), last - first + 1 + kLead);
}

}  // namespace detail

inline std::int64_t person_id(std::int64_t event) { return kFirstId + detail::last_person(event); }
inline std::int64_t auction_id(std::int64_t event) { return kFirstId + detail::last_auction(event); }

inline std::int64_t auction_of_bid(std::int64_t event) {
  using namespace detail;
  const std::int64_t last = last_auction(event);
  return kFirstId + choose((random_of(event, kHotAuction) >> 63) != 0, last / kHotGroup * kHotGroup,
                           some_auction(event, last));
}

inline std::int64_t bidder_of(std::int64_t event) {
  using namespace detail;
  const std::int64_t hot = last_person(event) / kHotGroup * kHotGroup + 1;
  return kFirstId + choose(below(random_of(event, kHotBidder), 4) > 0, hot,
                           some_person(event, kColdBidder));
}

/// Prices of bids and auctions: 100 to 10^8, their logarithm evenly spread: 100 * 10^(6 u) by a table and straight lines
/// between.
class Prices {
 public:
  static const Prices& instance();
  std::int64_t of_event(std::int64_t event) const { return of(random_of(event, detail::kPrice)); }
  std::int64_t of(std::uint64_t random) const {
    const std::size_t step = random >> 52;
    const double part = static_cast<double>((random >> 20) & 0xffffffff) / 4294967296.0;
    return static_cast<std::int64_t>(table_[step] + (table_[step + 1] - table_[step]) * part + 0.5);
  }

 private:
  Prices();
  static constexpr int kSteps = 4'096;
  std::array<double, kSteps + 1> table_;
};

inline std::int64_t price_of(std::int64_t event) { return Prices::instance().of_event(event); }

/// Times of events that follow each other: `time_of` with fewer divisions.
class EventTimes {
 public:
  EventTimes(std::int64_t first_event, std::int64_t events_per_second)
      : event_(first_event),
        events_per_second_(events_per_second),
        millis_(first_event * 1'000 / events_per_second),
        rest_(first_event * 1'000 % events_per_second) {}
  /// Requires: no event before the last one asked for.
  std::int64_t of(std::int64_t event) {
    rest_ += (event - event_) * 1'000;
    event_ = event;
    if (rest_ >= events_per_second_) {
      millis_ += rest_ / events_per_second_;
      rest_ %= events_per_second_;
    }
    return kBaseTimeMicros + millis_ * 1'000;
  }

 private:
  std::int64_t event_;
  const std::int64_t events_per_second_;
  std::int64_t millis_;
  std::int64_t rest_;
};

}  // namespace millrace::nexmark
