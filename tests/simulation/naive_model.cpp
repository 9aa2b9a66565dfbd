#include "tests/simulation/naive_model.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace millrace::testing {

namespace {

using Kind = Stage::Kind;
using Number = std::optional<std::int64_t>;

Number both(const Number& a, const Number& b, const std::function<std::int64_t(std::int64_t, std::int64_t)>& f) {
  return a && b ? Number(f(*a, *b)) : std::nullopt;
}

Number add(const Number& a, const Number& b) { return both(a, b, std::plus<>()); }
Number times(const Number& a, std::int64_t factor) {
  return a ? Number(*a * factor) : std::nullopt;
}

/// Rows of one group.
Number aggregate(Stage::Result result, const TestRows& rows) {
  std::vector<std::int64_t> values;
  for (const TestRow& row : rows)
    if (row.v) values.push_back(*row.v);
  const auto count_where = [&](auto&& holds) {
    return std::count_if(values.begin(), values.end(), holds);
  };
  switch (result) {
    case Stage::Result::Count: return static_cast<std::int64_t>(rows.size());
    case Stage::Result::CountEven: return count_where([](auto v) { return v % 2 == 0; });
    case Stage::Result::CountIf: return count_where([](auto v) { return v > 3; });
    default: break;
  }
  if (values.empty()) return std::nullopt;
  std::int64_t sum = 0, rest_sum = 0, rest_squares = 0;
  for (const std::int64_t v : values) {
    sum += v;
    rest_sum += v % 10;
    rest_squares += (v % 10) * (v % 10);
  }
  const auto count = static_cast<std::int64_t>(values.size());
  switch (result) {
    case Stage::Result::Sum: return sum;
    case Stage::Result::Min: return *std::min_element(values.begin(), values.end());
    case Stage::Result::Any: return count_where([](auto v) { return v > 5; }) > 0 ? 1 : 0;
    case Stage::Result::Spread: return count * rest_squares - rest_sum * rest_sum;
    default: return *std::max_element(values.begin(), values.end());
  }
}

void add_result(TestRows& out, const Stage& stage, std::int64_t micros, const Number& k,
                const TestRows& group) {
  if (stage.having && group.size() < 2) return;
  out.push_back({micros, k, aggregate(stage.result, group)});
}

std::int64_t seconds(int count) { return std::int64_t{count} * 1'000'000; }

/// The last microsecond of a window.
std::int64_t window_time(std::int64_t end) { return end - 1; }

TestRows windows(const Stage& stage, const TestRows& rows) {
  const std::int64_t size = seconds(stage.first), slide = seconds(stage.second);
  std::map<std::pair<std::int64_t, Number>, TestRows> groups;
  for (const TestRow& row : rows)
    for (std::int64_t start = row.micros / slide * slide; start > row.micros - size; start -= slide)
      groups[{start, row.k}].push_back(row);
  TestRows out;
  for (const auto& [key, group] : groups)
    add_result(out, stage, window_time(key.first + size), key.second, group);
  return out;
}

TestRows sessions(const Stage& stage, TestRows rows) {
  std::sort(rows.begin(), rows.end(), [](const TestRow& a, const TestRow& b) {
    return std::pair(a.k, a.micros) < std::pair(b.k, b.micros);
  });
  const std::int64_t gap = seconds(stage.first);
  TestRows out;
  for (std::size_t i = 0; i < rows.size();) {
    TestRows group{rows[i]};
    std::int64_t end = rows[i].micros + gap;
    for (++i; i < rows.size() && rows[i].k == group[0].k && rows[i].micros <= end; ++i) {
      end = std::max(end, rows[i].micros + gap);
      group.push_back(rows[i]);
    }
    add_result(out, stage, window_time(end), group[0].k, group);
  }
  return out;
}

TestRows groups(const Stage& stage, const TestRows& rows) {
  std::map<Number, TestRows> by_key;
  for (const TestRow& row : rows) by_key[row.k].push_back(row);
  TestRows out;
  for (const auto& [k, group] : by_key) add_result(out, stage, 0, k, group);
  return out;
}

TestRows table_join(Kind kind, const TestRows& rows,
                    const std::vector<RandomTopology::TableRow>& table) {
  TestRows out;
  for (const TestRow& row : rows) {
    std::vector<std::int64_t> partners;
    for (const auto& [tk, sv] : table)
      if (row.k == tk) partners.push_back(sv);
    const bool gives_row = kind == Kind::TableSemi ? !partners.empty()
                                                   : kind == Kind::TableAnti && partners.empty();
    if (gives_row) out.push_back(row);
    if (kind == Kind::TableLeft && partners.empty()) out.push_back({row.micros, row.k, -1});
    for (const std::int64_t sv : partners) {
      if (kind == Kind::TableInner) out.push_back({row.micros, row.k, add(times(row.v, 10), sv)});
      if (kind == Kind::TableLeft) out.push_back({row.micros, row.k, sv});
    }
  }
  return out;
}

bool are_partners(const Stage& stage, const TestRow& l, const TestRow& r) {
  return l.k && r.k && *l.k == *r.k && r.micros >= l.micros - seconds(stage.first) &&
         r.micros <= l.micros + seconds(stage.second);
}

TestRow pair_of(Kind kind, const TestRow& l, const TestRow& r) {
  switch (kind) {
    case Kind::JoinInner: return {l.micros, l.k, add(times(l.v, 100), r.v)};
    case Kind::JoinLeft: return {l.micros, l.k, r.v.value_or(-7)};
    case Kind::JoinRight: return {r.micros, r.k, l.v.value_or(-8)};
    default: return {l.micros, l.k, l.v.value_or(-9) * 100 + r.v.value_or(-9)};
  }
}

TestRows stream_join(const Stage& stage, const TestRows& left, const TestRows& right) {
  TestRows out;
  std::vector<bool> is_matched(right.size());
  for (const TestRow& l : left) {
    bool found = false;
    for (std::size_t i = 0; i < right.size(); ++i) {
      if (!are_partners(stage, l, right[i])) continue;
      found = is_matched[i] = true;
      if (stage.kind != Kind::JoinSemi) out.push_back(pair_of(stage.kind, l, right[i]));
    }
    if (found && stage.kind == Kind::JoinSemi) out.push_back(l);
    if (!found && stage.kind == Kind::JoinLeft) out.push_back({l.micros, l.k, -7});
    if (!found && stage.kind == Kind::JoinFull)
      out.push_back({l.micros, l.k, l.v.value_or(-9) * 100 - 9});
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (is_matched[i]) continue;
    if (stage.kind == Kind::JoinRight) out.push_back({right[i].micros, right[i].k, -8});
    if (stage.kind == Kind::JoinFull)
      out.push_back({right[i].micros, right[i].k, -900 + right[i].v.value_or(-9)});
  }
  return out;
}

TestRows distinct(const TestRows& rows) {
  const std::set<TestRow> once(rows.begin(), rows.end());
  return {once.begin(), once.end()};
}

/// The rows that row i of `rows`, which are in the order of arrival, sees; itself the last.
TestRows seen_by(const Stage& stage, const TestRows& rows, std::size_t i) {
  TestRows seen;
  for (std::size_t j = 0; j <= i; ++j) {
    const bool in_range = stage.kind != Kind::OverRange ||
                          (rows[j].micros <= rows[i].micros &&
                           rows[j].micros >= rows[i].micros - seconds(stage.first));
    if (rows[j].k == rows[i].k && in_range) seen.push_back(rows[j]);
  }
  const auto most = static_cast<std::size_t>(stage.first) + 1;
  if (stage.kind == Kind::OverRows && seen.size() > most)
    seen.erase(seen.begin(), seen.end() - static_cast<std::ptrdiff_t>(most));
  return seen;
}

Number before(const Stage& stage, const TestRows& seen) {
  const auto back = static_cast<std::size_t>(stage.first);
  return seen.size() > back ? seen[seen.size() - 1 - back].v : Number(-5);
}

/// Each row with the value of the row of its key that comes `first` rows later; without the rows that none
/// follows, and those without a key.
TestRows leads(const Stage& stage, const TestRows& rows) {
  TestRows out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].k) continue;
    int left = stage.first;
    std::size_t j = i;
    while (left != 0 && ++j < rows.size())
      if (rows[j].k == rows[i].k) --left;
    if (left == 0 && rows[j].v != Number(-5)) out.push_back({rows[i].micros, rows[i].k, rows[j].v});
  }
  return out;
}

TestRows over(const Stage& stage, const TestRows& rows) {
  TestRows out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TestRows seen = seen_by(stage, rows, i);
    out.push_back({rows[i].micros, rows[i].k,
                   stage.kind == Kind::Lag ? before(stage, seen) : aggregate(stage.result, seen)});
  }
  return out;
}

template <class F>
TestRows mapped(const TestRows& rows, F&& f) {
  TestRows out;
  for (const TestRow& row : rows) f(row, out);
  return out;
}

class Model {
 public:
  explicit Model(const RandomTopology& topology) : topology_(topology) {}

  TestRows run(const std::vector<Stage>& stages, TestRows rows) const {
    for (const Stage& stage : stages) rows = step(stage, rows);
    return rows;
  }

 private:
  TestRows other_of(const Stage& stage) const {
    return run(stage.other_stages, stage.other == "a" ? topology_.a : topology_.b);
  }

  TestRows step(const Stage& stage, const TestRows& rows) const {
    switch (stage.kind) {
      case Kind::Where:
        return mapped(rows, [](const TestRow& row, TestRows& out) {
          if (row.v && *row.v % 3 != 0) out.push_back(row);
        });
      case Kind::Map:
        return mapped(rows, [](const TestRow& row, TestRows& out) {
          out.push_back({row.micros, row.k ? Number(*row.k % 3) : row.k, add(row.v, 1)});
        });
      case Kind::Explode:
        return mapped(rows, [](const TestRow& row, TestRows& out) {
          out.push_back(row);
          out.push_back({row.micros, row.k, add(row.v, 10)});
        });
      case Kind::TableInner:
      case Kind::TableLeft:
      case Kind::TableSemi:
      case Kind::TableAnti: return table_join(stage.kind, rows, topology_.table);
      case Kind::Union: {
        TestRows out = other_of(stage);
        out.insert(out.end(), rows.begin(), rows.end());
        return out;
      }
      case Kind::JoinInner:
      case Kind::JoinLeft:
      case Kind::JoinSemi:
      case Kind::JoinRight:
      case Kind::JoinFull: return stream_join(stage, rows, other_of(stage));
      case Kind::Distinct:
      case Kind::DistinctWithin: return distinct(rows);
      case Kind::DistinctKeys:
        return distinct(mapped(rows, [](const TestRow& row, TestRows& out) {
          out.push_back({row.micros, row.k, 0});
        }));
      case Kind::OverRunning:
      case Kind::OverRange:
      case Kind::OverRows:
      case Kind::Lag: return over(stage, rows);
      case Kind::Lead: return leads(stage, rows);
      case Kind::Window: return windows(stage, rows);
      case Kind::Session: return sessions(stage, rows);
      case Kind::Group: return groups(stage, rows);
    }
    return {};
  }

  const RandomTopology& topology_;
};

}  // namespace

TestRows naive_result(const RandomTopology& topology) {
  TestRows rows = Model(topology).run(topology.stages, topology.a);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace millrace::testing
