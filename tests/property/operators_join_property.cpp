#include "operators/stream_join.hpp"
#include "tests/support/operator_harness.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kLeft = schema_of({{"k", TypeKind::Int}, {"t", TypeKind::Timestamp}});
const SchemaPtr kRight = schema_of({{"k", TypeKind::Int}, {"t", TypeKind::Timestamp}});
const SchemaPtr kPairs = schema_of({{"k", TypeKind::Int},
                                    {"t", TypeKind::Timestamp},
                                    {"k", TypeKind::Int},
                                    {"t", TypeKind::Timestamp}});

struct Arrival {
  int port;
  int key;
  int second;
};

/// Few keys, so that they meet; times that rise by chance.
rc::Gen<std::vector<Arrival>> arrivals() {
  return rc::gen::container<std::vector<Arrival>>(
      rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 2), rc::gen::inRange(0, 4),
                                  rc::gen::inRange(0, 50)),
                   [](const std::tuple<int, int, int>& one) {
                     return Arrival{std::get<0>(one), std::get<1>(one), std::get<2>(one)};
                   }));
}

StreamJoinOptions options_of(JoinType type) {
  StreamJoinOptions options;
  options.type = type;
  options.left = {{kLeft, {column_of(kLeft, 0)}, nullptr}, 1, JoinLimit{1, false, 0, true}};
  options.right = {{kRight, {column_of(kRight, 0)}, nullptr}, 1, JoinLimit{1, false, 0, true}};
  options.null_safe = {false};
  options.pairs = kPairs;
  options.output = gives_left_only(type) ? kLeft : kPairs;
  options.policy = {OutputMode::Append, true};
  return options;
}

std::string side_text(const Arrival& row) {
  return std::to_string(row.key) + "," + std::to_string(row.second);
}

/// What a join of whole tables gives, as sorted texts.
std::vector<std::string> model(const std::vector<Arrival>& rows, JoinType type) {
  std::vector<std::string> out;
  std::vector<bool> matched(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (rows[i].port != 0 || rows[j].port != 1 || rows[i].key != rows[j].key) continue;
      matched[i] = matched[j] = true;
      if (!gives_left_only(type)) out.push_back(side_text(rows[i]) + "," + side_text(rows[j]));
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool is_left = rows[i].port == 0;
    if (type == JoinType::LeftSemi && is_left && matched[i]) out.push_back(side_text(rows[i]));
    if (matched[i]) continue;
    if (is_left && keeps_left(type)) out.push_back(side_text(rows[i]) + ",null,null");
    if (!is_left && keeps_right(type)) out.push_back("null,null," + side_text(rows[i]));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The rows of a harness text: what is neither a marker nor a watermark.
std::vector<std::string> rows_of(const std::string& text) {
  std::vector<std::string> rows;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    if (word[0] != '|' && word[0] != 'w') rows.push_back(word);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("a join of two streams gives what a join of the whole tables gives") {
  CHECK(rc::check([] {
    const auto rows = *arrivals();
    const auto type = *rc::gen::element(JoinType::Inner, JoinType::LeftOuter, JoinType::RightOuter,
                                        JoinType::FullOuter, JoinType::LeftSemi);
    const auto ends_epoch = *rc::gen::container<std::vector<bool>>(rows.size(),
                                                                   rc::gen::arbitrary<bool>());
    OperatorHarness harness({kLeft, kRight}, [type] { return make_stream_join(options_of(type)); });
    harness.results_follow_batches();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      harness.rows({{rows[i].key, sec(rows[i].second)}}, rows[i].port);
      if (ends_epoch[i]) harness.marker();
    }
    harness.watermark(1000).marker();
    RC_ASSERT(rows_of(harness.run()) == model(rows, type));
  }));
}
