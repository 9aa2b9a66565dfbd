#include "operators/frame_aggregate.hpp"
#include "operators/top_rows.hpp"
#include "tests/support/operator_harness.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kRows =
    schema_of({{"k", TypeKind::Int}, {"v", TypeKind::Int}, {"t", TypeKind::Timestamp}});

struct Input {
  int key;
  int value;
  std::int64_t seconds;
  bool is_null;
};

/// Rows mostly in the order of time.
std::vector<Input> random_rows() {
  std::vector<Input> rows;
  std::int64_t now = 0;
  const int count = *rc::gen::inRange(0, 60);
  for (int i = 0; i < count; ++i) {
    now += *rc::gen::inRange(0, 4);
    const bool is_late = *rc::gen::inRange(0, 5) == 0;
    const std::int64_t time =
        is_late ? std::max<std::int64_t>(0, now - *rc::gen::inRange(0, 30)) : now;
    rows.push_back(
        {*rc::gen::inRange(0, 3), *rc::gen::inRange(-5, 6), time, *rc::gen::inRange(0, 8) == 0});
  }
  return rows;
}

FrameAggregateOptions all_calls(const std::vector<std::int64_t>& frames, bool is_range) {
  FrameAggregateOptions options;
  options.keys = {column_of(kRows, 0)};
  options.order = is_range ? 2 : -1;
  for (const std::int64_t frame : frames)
    options.frames.push_back(is_range ? frame * 1'000'000 : frame);
  options.arguments = {{nullptr, nullptr}, {column_of(kRows, 1), nullptr}};
  auto output = std::make_shared<Schema>(*kRows);
  const auto call = [&](FrameFunction function, std::size_t argument, std::size_t frame,
                        TypeKind type) {
    options.calls.push_back({function, argument, frame, type});
    output->fields.push_back({"r", type, true});
  };
  for (std::size_t frame = 0; frame < frames.size(); ++frame) {
    call(FrameFunction::Count, 0, frame, TypeKind::Long);
    call(FrameFunction::Sum, 1, frame, TypeKind::Long);
    call(FrameFunction::Min, 1, frame, TypeKind::Int);
    call(FrameFunction::Max, 1, frame, TypeKind::Int);
    call(FrameFunction::CountDistinct, 1, frame, TypeKind::Long);
  }
  options.output = output;
  options.policy = {OutputMode::Append, true};
  return options;
}

/// The five results over the rows of a frame.
std::string naive_results(const std::vector<Input>& frame) {
  std::multiset<int> values;
  for (const Input& row : frame)
    if (!row.is_null) values.insert(row.value);
  const std::set<int> distinct(values.begin(), values.end());
  std::int64_t sum = 0;
  for (const int value : values) sum += value;
  std::string text = "," + std::to_string(frame.size());
  if (values.empty()) return text + ",null,null,null,0";
  return text + "," + std::to_string(sum) + "," + std::to_string(*values.begin()) + "," +
         std::to_string(*values.rbegin()) + "," + std::to_string(distinct.size());
}

std::string row_text(const Input& row) {
  return std::to_string(row.key) + "," + (row.is_null ? "null" : std::to_string(row.value)) + "," +
         std::to_string(row.seconds);
}

/// What each row sees: looks through all rows before it.
std::string naive(const std::vector<Input>& rows, const std::vector<std::int64_t>& frames,
                  bool is_range) {
  std::string expected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<Input> of_key;
    for (std::size_t j = 0; j <= i; ++j)
      if (rows[j].key == rows[i].key) of_key.push_back(rows[j]);
    expected += (i == 0 ? "" : " ") + row_text(rows[i]);
    for (const std::int64_t reach : frames) {
      std::vector<Input> frame;
      for (std::size_t j = 0; j < of_key.size(); ++j) {
        const bool is_near = static_cast<std::int64_t>(of_key.size() - j) <= reach + 1;
        const bool is_inside =
            of_key[j].seconds <= rows[i].seconds && of_key[j].seconds >= rows[i].seconds - reach;
        if (is_range ? is_inside : is_near) frame.push_back(of_key[j]);
      }
      expected += naive_results(frame);
    }
  }
  return expected;
}

void check_frames(bool is_range) {
  const std::vector<Input> rows = random_rows();
  const std::int64_t shortest = *rc::gen::inRange<std::int64_t>(0, 4);
  const std::vector<std::int64_t> frames{shortest,
                                         shortest + *rc::gen::inRange<std::int64_t>(1, 20)};
  const FrameAggregateOptions options = all_calls(frames, is_range);
  OperatorHarness harness(kRows, [options] { return make_frame_aggregate(options); });
  std::vector<Row> cells;
  for (const Input& row : rows)
    cells.push_back(
        {row.key, row.is_null ? Cell(nullptr) : Cell(row.value), sec(double(row.seconds))});
  harness.rows(cells);

  RC_ASSERT(harness.run() == naive(rows, frames, is_range));
}

const SchemaPtr kRanked = schema_of({{"k", TypeKind::Int},
                                     {"v", TypeKind::Int},
                                     {"t", TypeKind::Timestamp},
                                     {"rank", TypeKind::Int}});

/// The row that each place of a key got last.
std::set<std::string> last_rows(const std::string& output) {
  std::map<std::string, std::string> places;
  for (std::size_t start = 0; start < output.size();) {
    const std::size_t end = std::min(output.find(' ', start), output.size());
    const std::string word = output.substr(start, end - start);
    places[word.substr(0, word.find(',')) + "#" + word.substr(word.rfind(',') + 1)] = word;
    start = end + 1;
  }
  std::set<std::string> last;
  for (const auto& [place, row] : places) last.insert(row);
  return last;
}

const SchemaPtr kTexts =
    schema_of({{"k", TypeKind::Int}, {"s", TypeKind::String}, {"v", TypeKind::Int}});

struct TextRow {
  int key;
  std::string text;
  int value;
};

/// Texts of which some are the beginning of others, most of them alike in their first twelve bytes.
std::vector<TextRow> random_texts() {
  std::vector<TextRow> rows;
  const int count = *rc::gen::inRange(0, 120);
  for (int i = 0; i < count; ++i) {
    const std::string begin = *rc::gen::inRange(0, 5) == 0 ? "" : "twelve-bytes";
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(0, 4));
    rows.push_back({*rc::gen::inRange(0, 3), begin + std::string(length, *rc::gen::element('a', 'b')),
                    *rc::gen::inRange(0, 3)});
  }
  return rows;
}

}  // namespace

TEST_CASE("a range frame has the results of a search through all rows before") {
  CHECK(rc::check([] { check_frames(true); }));
}

TEST_CASE("a frame of rows has the results of a search through all rows before") {
  CHECK(rc::check([] { check_frames(false); }));
}

TEST_CASE("the places of top rows come to the sorted rows of each key") {
  CHECK(rc::check([] {
    const std::vector<Input> rows = random_rows();
    const std::int64_t count = *rc::gen::inRange<std::int64_t>(1, 5);
    OperatorHarness harness(kRows, [count] {
      TopRowsOptions options;
      options.keys = {column_of(kRows, 0)};
      options.order = {{column_of(kRows, 1), {false, false}}};
      options.count = count;
      options.output = kRanked;
      return make_top_rows(std::move(options));
    });
    harness.results_follow_batches();
    std::map<int, std::vector<Input>> sorted;
    for (const Input& row : rows) {
      harness.rows({{row.key, row.value, sec(double(row.seconds))}});
      sorted[row.key].push_back({row.key, row.value, row.seconds, false});
    }
    std::set<std::string> expected;
    for (auto& [key, all] : sorted) {
      std::stable_sort(all.begin(), all.end(),
                       [](const Input& a, const Input& b) { return a.value > b.value; });
      for (std::size_t i = 0; i < all.size() && i < static_cast<std::size_t>(count); ++i)
        expected.insert(row_text(all[i]) + "," + std::to_string(i + 1));
    }

    RC_ASSERT(last_rows(harness.run()) == expected);
  }));
}

TEST_CASE("top rows by a text and a number come to the sorted rows, however many a batch has") {
  CHECK(rc::check([] {
    const std::vector<TextRow> rows = random_texts();
    // Beyond sixteen, places lie apart from the value.
    const std::int64_t count = *rc::gen::inRange<std::int64_t>(1, 25);
    OperatorHarness harness(kTexts, [count] {
      TopRowsOptions options;
      options.keys = {column_of(kTexts, 0)};
      options.order = {{column_of(kTexts, 1), {true, true}}, {column_of(kTexts, 2), {false, false}}};
      options.count = count;
      options.output = schema_of({{"k", TypeKind::Int},
                                  {"s", TypeKind::String},
                                  {"v", TypeKind::Int},
                                  {"place", TypeKind::Int}});
      return make_top_rows(std::move(options));
    });
    harness.results_follow_batches();
    std::map<int, std::vector<TextRow>> sorted;
    for (std::size_t next = 0; next < rows.size();) {
      std::vector<Row> batch;
      const auto end = std::min(rows.size(), next + *rc::gen::inRange<std::size_t>(1, 40));
      for (; next < end; ++next) {
        batch.push_back({rows[next].key, rows[next].text.c_str(), rows[next].value});
        sorted[rows[next].key].push_back(rows[next]);
      }
      harness.rows(std::move(batch));
    }
    std::set<std::string> expected;
    for (auto& [key, all] : sorted) {
      std::stable_sort(all.begin(), all.end(), [](const TextRow& a, const TextRow& b) {
        return a.text != b.text ? a.text < b.text : a.value > b.value;
      });
      for (std::size_t i = 0; i < all.size() && i < static_cast<std::size_t>(count); ++i)
        expected.insert(std::to_string(key) + "," + all[i].text + "," +
                        std::to_string(all[i].value) + "," + std::to_string(i + 1));
    }

    RC_ASSERT(last_rows(harness.run()) == expected);
  }));
}
