#include "tests/simulation/random_topology.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <ostream>

namespace millrace::testing {

namespace {

using Kind = Stage::Kind;
using Result = Stage::Result;

bool takes_other(Kind kind) { return kind >= Kind::Union && kind <= Kind::JoinFull; }

// --- SQL ---

std::string result_sql(Result result) {
  switch (result) {
    case Result::Count: return "count(*)";
    case Result::Sum: return "sum(v)";
    case Result::Min: return "min(v)";
    case Result::Max: return "max(v)";
    case Result::CountEven: return "count(v) FILTER (WHERE v % 2 = 0)";
    case Result::CountIf: return "count_if(v > 3)";
    case Result::Any: return "CAST(CAST(bool_or(v > 5) AS INT) AS BIGINT)";
    case Result::Spread: return "CAST(var_pop(v % 10) * count(v) * count(v) + 0.5 AS BIGINT)";
    case Result::Largest: return "max_by(v, v)";
  }
  return {};
}

std::string group_sql(const Stage& stage, const std::string& from, const std::string& window) {
  return fmt::format("SELECT window_time({}) AS ts, k, {} AS v FROM {} GROUP BY {}, k{}",
                     stage.kind == Kind::Session ? "session_window" : "window",
                     result_sql(stage.result), from, window,
                     stage.having ? " HAVING count(*) > 1" : "");
}

std::string join_sql(const Stage& stage, const std::string& from, const std::string& type,
                     const std::string& columns) {
  return fmt::format(
      "SELECT {} FROM {} AS l {} JOIN {} AS r ON l.k = r.k AND r.ts BETWEEN l.ts - INTERVAL {} "
      "SECONDS AND l.ts + INTERVAL {} SECONDS",
      columns, from, type, stage.other, stage.first, stage.second);
}

std::string table_sql(const std::string& from, const std::string& type,
                      const std::string& columns) {
  return fmt::format("SELECT {} FROM {} AS l {} JOIN t ON l.k = t.tk", columns, from, type);
}

/// Every row with what it sees of its key, itself the last.
std::string over_sql(const Stage& stage, const std::string& from, const std::string& function,
                     const std::string& frame) {
  return fmt::format("SELECT ts, k, {} OVER (PARTITION BY k ORDER BY ts{}) AS v FROM {}", function,
                     fmt::format(fmt::runtime(frame), stage.first), from);
}

std::string sql_of(const Stage& stage, const std::string& from) {
  const std::string plain = "l.ts, l.k, l.v";
  switch (stage.kind) {
    case Kind::Where: return fmt::format("SELECT * FROM {} WHERE v % 3 <> 0", from);
    case Kind::Map: return fmt::format("SELECT ts, k % 3 AS k, v + 1 AS v FROM {}", from);
    case Kind::Explode:
      return fmt::format("SELECT ts, k, explode(array(v, v + 10)) AS v FROM {}", from);
    case Kind::TableInner: return table_sql(from, "INNER", "l.ts, l.k, l.v * 10 + sv AS v");
    case Kind::TableLeft: return table_sql(from, "LEFT", "l.ts, l.k, coalesce(sv, -1L) AS v");
    case Kind::TableSemi: return table_sql(from, "LEFT SEMI", plain);
    case Kind::TableAnti: return table_sql(from, "LEFT ANTI", plain);
    case Kind::Union: return fmt::format("SELECT * FROM {} UNION ALL SELECT * FROM {}", from, stage.other);
    case Kind::JoinInner: return join_sql(stage, from, "INNER", "l.ts, l.k, l.v * 100 + r.v AS v");
    case Kind::JoinLeft: return join_sql(stage, from, "LEFT", "l.ts, l.k, coalesce(r.v, -7L) AS v");
    case Kind::JoinSemi: return join_sql(stage, from, "LEFT SEMI", plain);
    case Kind::JoinRight:
      return join_sql(stage, from, "RIGHT", "r.ts, r.k, coalesce(l.v, -8L) AS v");
    case Kind::JoinFull:
      return join_sql(stage, from, "FULL",
                      "coalesce(l.ts, r.ts) AS ts, coalesce(l.k, r.k) AS k, coalesce(l.v, -9L) * 100 "
                      "+ coalesce(r.v, -9L) AS v");
    case Kind::Window:
      return group_sql(stage, from,
                       fmt::format("window(ts, '{} seconds', '{} seconds')", stage.first,
                                   stage.second));
    case Kind::Session:
      return group_sql(stage, from, fmt::format("session_window(ts, '{} seconds')", stage.first));
    case Kind::Group:
      return fmt::format("SELECT TIMESTAMP'1970-01-01 00:00:00' AS ts, k, {} AS v FROM {} GROUP BY k{}",
                         result_sql(stage.result), from,
                         stage.having ? " HAVING count(*) > 1" : "");
    case Kind::OverRunning: return over_sql(stage, from, result_sql(stage.result), "");
    case Kind::OverRange:
      return over_sql(stage, from, result_sql(stage.result),
                      " RANGE BETWEEN INTERVAL {} SECONDS PRECEDING AND CURRENT ROW");
    case Kind::OverRows:
      return over_sql(stage, from, result_sql(stage.result), " ROWS {} PRECEDING");
    case Kind::Lag:
      return over_sql(stage, from, fmt::format("lag(v, {}, -5L)", stage.first), "");
    // A row that still waits is given at the end of bounded input only: such rows are left out, and those
    // with the key of the row that ends the input.
    case Kind::Lead:
      return fmt::format("SELECT * FROM ({}) WHERE v IS NULL OR v <> -5",
                         over_sql(stage, "(SELECT * FROM " + from + " WHERE k IS NOT NULL)",
                                  fmt::format("lead(v, {}, -5L)", stage.first), ""));
    case Kind::DistinctKeys: return fmt::format("SELECT ts, k, 0L AS v FROM {}", from);
    case Kind::Distinct:
    case Kind::DistinctWithin: return {};
  }
  return {};
}

/// Appends the views of a pipeline; gives the name of the last.
std::string add_views(std::vector<View>& views, std::string from, const std::vector<Stage>& stages) {
  for (Stage stage : stages) {
    if (takes_other(stage.kind)) stage.other = add_views(views, stage.other, stage.other_stages);
    const auto next_name = [&] { return "s" + std::to_string(views.size()); };
    if (stage.kind == Kind::Distinct || stage.kind == Kind::DistinctWithin) {
      views.push_back({next_name(), {}, from, {}, stage.kind == Kind::DistinctWithin});
    } else {
      if (stage.kind == Kind::DistinctKeys) {
        views.push_back({next_name(), {}, from, {"ts", "k"}, false});
        from = views.back().name;
      }
      views.push_back({next_name(), sql_of(stage, from), {}, {}, false});
    }
    from = views.back().name;
  }
  return from;
}

// --- generators ---

bool one_in(int n) { return *rc::gen::inRange(0, n) == 0; }

/// Rows whose times rise by chance, none later than the delay.
TestRows random_rows(int delay) {
  struct Draw {
    int step, back, k, v;
  };
  const auto draws = *rc::gen::container<std::vector<Draw>>(rc::gen::exec([delay] {
    return Draw{*rc::gen::weightedElement<int>({{3, 0}, {4, 1}, {2, 3}, {1, 12}}),
                *rc::gen::inRange(0, delay), *rc::gen::inRange(-1, 4), *rc::gen::inRange(-1, 9)};
  }));
  TestRows rows;
  std::int64_t newest = 1000;
  for (const Draw& draw : draws) {
    newest += draw.step;
    TestRow row{(newest - draw.back) * 1'000'000, std::nullopt, std::nullopt};
    if (draw.k >= 0) row.k = draw.k;
    if (draw.v >= 0) row.v = draw.v;
    rows.push_back(row);
  }
  return rows;
}

Stage random_stage(Kind kind) {
  Stage stage;
  stage.kind = kind;
  stage.result = *rc::gen::element(Result::Count, Result::Sum, Result::Min, Result::Max,
                                   Result::CountEven, Result::CountIf, Result::Any,
                                   Result::Spread, Result::Largest);
  stage.having = one_in(4);
  stage.second = *rc::gen::inRange(1, 7);
  stage.first = stage.second + *rc::gen::inRange(0, 9);
  return stage;
}

Kind random_kind(std::vector<Kind> kinds) { return *rc::gen::elementOf(std::move(kinds)); }

const std::vector<Kind> kStateless{Kind::Where, Kind::Map, Kind::Explode, Kind::TableInner,
                                   Kind::TableLeft, Kind::TableSemi, Kind::TableAnti};
const std::vector<Kind> kAppending{Kind::Distinct, Kind::DistinctWithin, Kind::DistinctKeys,
                                   Kind::Window, Kind::Window, Kind::Session};
const std::vector<Kind> kJoining{Kind::Union, Kind::JoinInner, Kind::JoinLeft, Kind::JoinSemi};
// Their result has no event time of its own, so nothing follows.
const std::vector<Kind> kLast{Kind::JoinRight, Kind::JoinFull};

/// What a row sees is what came before it, so rows of a key must come in one order: from one split.
Stage over_stage() {
  Stage stage = random_stage(
      random_kind({Kind::OverRunning, Kind::OverRange, Kind::OverRange, Kind::OverRows, Kind::Lag}));
  stage.result = *rc::gen::element(Result::Count, Result::Sum, Result::Min, Result::Max,
                                   Result::CountEven);
  if (stage.kind == Kind::OverRunning && one_in(3))
    stage.result = *rc::gen::element(Result::CountIf, Result::Largest);
  return stage;
}

void add_other(Stage& stage) {
  stage.other = one_in(5) ? "a" : "b";
  if (one_in(5)) stage.other_stages.push_back(over_stage());
  if (one_in(3)) stage.other_stages.push_back(random_stage(random_kind(kStateless)));
  if (one_in(4)) stage.other_stages.push_back(random_stage(random_kind(kAppending)));
}

std::vector<Stage> appending_stages() {
  std::vector<Stage> stages;
  if (one_in(3)) {
    if (one_in(2)) stages.push_back(random_stage(random_kind({Kind::Where, Kind::Map, Kind::Explode})));
    stages.push_back(over_stage());
    // Rows that waited may be behind the watermark, so nothing with event time follows.
    if (one_in(5)) {
      stages.back().kind = Kind::Lead;
      return stages;
    }
  }
  const int count = *rc::gen::inRange(stages.empty() ? 1 : 0, 5);
  for (int i = 0; i < count; ++i) {
    const int choice = *rc::gen::inRange(0, 10);
    const bool is_last = i + 1 == count;
    const auto& kinds = choice < 3                  ? kStateless
                        : choice < 6                ? kAppending
                        : choice < 9 || !is_last    ? kJoining
                                                    : kLast;
    stages.push_back(random_stage(random_kind(kinds)));
    if (takes_other(stages.back().kind)) add_other(stages.back());
  }
  return stages;
}

/// What update and complete mode allow: rows that are appended, then one aggregation.
std::vector<Stage> aggregating_stages(bool complete) {
  std::vector<Stage> stages;
  if (one_in(2)) stages.push_back(random_stage(random_kind(kStateless)));
  if (one_in(3)) stages.push_back(random_stage(Kind::Distinct));
  if (one_in(3)) {
    stages.push_back(random_stage(complete ? Kind::Union : random_kind({Kind::Union, Kind::JoinInner})));
    stages.back().other = "b";
  }
  stages.push_back(random_stage(random_kind({Kind::Window, Kind::Group, Kind::Group})));
  return stages;
}

}  // namespace

std::vector<View> views_of(const RandomTopology& topology) {
  std::vector<View> views;
  add_views(views, "a", topology.stages);
  return views;
}

rc::Gen<RandomTopology> random_topology() {
  return rc::gen::exec([] {
    RandomTopology topology;
    topology.mode = *rc::gen::weightedElement<std::string>(
        {{6, "append"}, {2, "update"}, {1, "complete"}});
    topology.stages = topology.mode == "append" ? appending_stages()
                                                : aggregating_stages(topology.mode == "complete");
    topology.delay_a = *rc::gen::inRange(1, 8);
    topology.delay_b = *rc::gen::inRange(1, 8);
    topology.a = random_rows(topology.delay_a);
    topology.b = random_rows(topology.delay_b);
    topology.table = *rc::gen::container<std::vector<RandomTopology::TableRow>>(rc::gen::exec(
        [] { return RandomTopology::TableRow{*rc::gen::inRange(0, 5), *rc::gen::inRange(0, 9)}; }));
    return topology;
  });
}

namespace {

void show_rows(std::ostream& out, const char* name, const TestRows& rows) {
  const auto text = [](const std::optional<std::int64_t>& value) {
    return value ? std::to_string(*value) : std::string("null");
  };
  out << name << ":";
  for (const TestRow& row : rows)
    out << " (" << row.micros / 1'000'000 << "," << text(row.k) << "," << text(row.v) << ")";
  out << "\n";
}

}  // namespace

void showValue(const RandomTopology& topology, std::ostream& out) {
  out << "\n" << topology.mode << " mode, delays " << topology.delay_a << " s and "
      << topology.delay_b << " s\n";
  for (const View& view : views_of(topology)) {
    out << view.name << ": ";
    if (view.sql.empty())
      out << (view.within_watermark ? "dropDuplicatesWithinWatermark" : "dropDuplicates") << " of "
          << view.deduplicated << (view.columns.empty() ? "" : " by ts, k") << "\n";
    else
      out << view.sql << "\n";
  }
  show_rows(out, "a", topology.a);
  show_rows(out, "b", topology.b);
  out << "t:";
  for (const auto& row : topology.table) out << " (" << row.tk << "," << row.sv << ")";
  out << "\n";
}

}  // namespace millrace::testing
