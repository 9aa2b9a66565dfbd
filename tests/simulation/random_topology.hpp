#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rc {
template <class T>
class Gen;
}

namespace millrace::testing {

/// One row of every relation here: (ts TIMESTAMP, k BIGINT, v BIGINT).
struct TestRow {
  std::int64_t micros = 0;
  std::optional<std::int64_t> k;
  std::optional<std::int64_t> v;
  auto operator<=>(const TestRow&) const = default;
};
using TestRows = std::vector<TestRow>;

/// One step of a pipeline: takes rows, gives rows of the same columns.
struct Stage {
  enum class Kind {
    Where, Map, Explode, TableInner, TableLeft, TableSemi, TableAnti,
    Union, JoinInner, JoinLeft, JoinSemi, JoinRight, JoinFull,
    Distinct, DistinctWithin, DistinctKeys,
    OverRunning, OverRange, OverRows, Lag, Lead,
    Window, Session, Group,
  };
  enum class Result { Count, Sum, Min, Max, CountEven, CountIf, Any, Spread, Largest };

  Kind kind{};
  Result result{};
  /// Seconds. Window: size and slide. Session: the gap. Joins: how far before and after a left row its
  /// partner may lie. OverRange: how far back a row sees. OverRows, Lag, Lead: `first` is a number of rows.
  int first = 0;
  int second = 0;
  /// Aggregates: groups of one row are left out.
  bool having = false;
  /// Union and joins: the other input, stages over a stream.
  std::string other;
  std::vector<Stage> other_stages;
};

/// A random job with its input: stages over stream `a`, some of which take in stream `b` or `a` again, and a
/// table `t`.
struct RandomTopology {
  struct TableRow {
    std::int64_t tk;
    std::int64_t sv;
  };
  std::vector<Stage> stages;
  /// append, update or complete.
  std::string mode = "append";
  TestRows a;
  TestRows b;
  std::vector<TableRow> table;
  /// Watermark delays in seconds; no row is as late as that.
  int delay_a = 1;
  int delay_b = 1;
};

/// Long after all rows of the input: the time of the row that moves the watermark past them.
constexpr std::int64_t kEndOfTime = 200'000'000'000;

/// A name and what it stands for; the last view of a topology is the query.
struct View {
  std::string name;
  /// Empty: rows of `deduplicated` that differ in `columns` (none: in all).
  std::string sql;
  std::string deduplicated;
  std::vector<std::string> columns;
  bool within_watermark = false;
};
std::vector<View> views_of(const RandomTopology& topology);

/// Legal topologies only, small inputs whose keys meet.
rc::Gen<RandomTopology> random_topology();

/// For rapidcheck's reports.
void showValue(const RandomTopology& topology, std::ostream& out);

}  // namespace millrace::testing
