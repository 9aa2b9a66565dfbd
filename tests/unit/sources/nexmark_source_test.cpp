#include "sources/nexmark_source.hpp"

#include "tests/unit/sources/source_rig.hpp"

#include <map>

namespace millrace {

namespace {

using namespace nexmark;

SourceRequest request_for(const std::string& kind, const std::string& events) {
  return request_of({{"kind", kind}, {"events", events}});
}

std::string all_rows(SourceRig& rig, Source& source) {
  while (rig.poll(source, 1'100) == PollStatus::Emitted) {
  }
  return rig.recorder.take();
}

/// Share of the first 50,000 bids for which `holds` is true.
template <class F>
double share_of_bids(F&& holds) {
  std::int64_t bids = 0, found = 0;
  for (std::int64_t event = 100'000; event < 150'000; ++event) {
    if (kind_of(event) != Kind::Bid) continue;
    ++bids;
    found += holds(event);
  }
  return static_cast<double>(found) / static_cast<double>(bids);
}

}  // namespace

TEST_CASE("nexmark source gives one person, three auctions and 46 bids of 50 events") {
  std::map<std::string, std::size_t> rows;
  for (const char* kind : {"person", "auction", "bid"}) {
    SourceRig rig;
    auto source = rig.open("nexmark", request_for(kind, "5000"));
    while (rig.poll(*source) == PollStatus::Emitted) {
    }
    rows[kind] = rig.recorder.rows.size();
  }

  CHECK(rows == std::map<std::string, std::size_t>{{"person", 100}, {"auction", 300}, {"bid", 4600}});
}

TEST_CASE("nexmark source goes on where an offset says") {
  SourceRig rig;
  auto whole = rig.open("nexmark", request_for("bid", "200"));
  const std::string all = all_rows(rig, *whole);
  auto first = rig.open("nexmark", request_for("bid", "200"));
  rig.poll(*first, 77);
  std::string parts = rig.recorder.take();

  auto second = rig.open("nexmark", request_for("bid", "200"), first->offset());
  parts += " " + all_rows(rig, *second);

  CHECK(first->offset()->json == R"({"event":77})");
  CHECK(parts == all);
}

TEST_CASE("nexmark source makes only the columns of the schema") {
  SourceRequest request = request_for("bid", "5");
  request.schema = Schema{{{"price", TypeKind::Long}, {"auction", TypeKind::Long}}};
  SourceRig rig;
  auto source = rig.open("nexmark", request);
  while (rig.poll(*source) == PollStatus::Emitted) {
  }

  REQUIRE(rig.recorder.batches.size() == 1);
  CHECK(rig.recorder.batches[0].num_columns() == 2);
  CHECK(rig.recorder.batches[0].column(0).at<std::int64_t>(0) == price_of(4));
}

TEST_CASE("nexmark source refuses columns that it does not have") {
  SourceRequest request = request_for("person", "5");
  request.schema = Schema{{{"price", TypeKind::Long}}};
  CHECK(SourceRig::refusal("nexmark", request) == "nexmark source: no such column: 'price'");
  request.schema = Schema{{{"name", TypeKind::Long}}};
  CHECK(SourceRig::refusal("nexmark", request) == "nexmark source: no such column: 'name'");
}

TEST_CASE("half of the bids go to a hot auction and three quarters come from a hot bidder") {
  CHECK(share_of_bids([](auto event) { return auction_of_bid(event) % 100 == 0; }) ==
        Approx(0.5).margin(0.02));
  CHECK(share_of_bids([](auto event) { return bidder_of(event) % 100 == 1; }) ==
        Approx(0.75).margin(0.02));
}

TEST_CASE("prices are spread evenly by their logarithm") {
  for (const auto& [price, share] : {std::pair{10'000, 1.0 / 3}, {1'000'000, 2.0 / 3}})
    CHECK(share_of_bids([price = price](auto event) { return price_of(event) < price; }) ==
          Approx(share).margin(0.02));
}

TEST_CASE("times of events that follow each other are those of each") {
  for (const std::int64_t rate : {7, 1'000, 10'000, 3'000'000}) {
    EventTimes times(123'456, rate);
    for (std::int64_t event = 123'456; event < 125'000; event += 1 + event % 3)
      REQUIRE(times.of(event) == time_of(event, rate));
  }
}

TEST_CASE("bids are for auctions that are near, some a little early") {
  for (std::int64_t event = 100'004; event < 100'050; ++event) {
    const std::int64_t last = auction_id(event);
    CHECK(auction_of_bid(event) >= last - 200);
    CHECK(auction_of_bid(event) <= last + 10);
  }
}

TEST_CASE("an auction closes after it opened") {
  for (std::int64_t event = 1; event < 5'000; event += kEventsPerRound)
    CHECK(expiry_of(event, 10'000) > time_of(event, 10'000));
}

}  // namespace millrace
