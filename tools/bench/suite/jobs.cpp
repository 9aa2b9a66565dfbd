#include "tools/bench/suite/jobs.hpp"

#include <fmt/format.h>

namespace millrace::bench {

namespace {

constexpr const char* kFilter = R"yaml(
  large: {from: records, where: amount > 10}
  result: {from: large, select: [id, due, user, amount * 2 AS amount]})yaml";

constexpr const char* kWindows = R"yaml(
  timed: {from: records, withColumn: {ts: timestamp_micros(due div 1000)}}
  marked: {from: timed, withWatermark: {column: ts, delay: 0 seconds}}
  counts:
    from: marked
    groupBy: ["window(ts, '1 second')", user]
    agg: [count(*) AS n, sum(amount) AS total]
  result: {from: counts, select: [user, n, total, unix_micros(window.end) * 1000 AS due]})yaml";

constexpr const char* kJoin = R"yaml(
  result:
    sql: "SELECT r.id, r.due, r.user, r.amount, c.country FROM records r JOIN countries c ON r.user = c.user")yaml";

constexpr const char* kTotals = R"yaml(
  timed: {from: records, withColumn: {ts: timestamp_micros(due)}}
  result:
    from: timed
    select:
      - id
      - due
      - user
      - count(*) OVER (PARTITION BY user ORDER BY ts) AS n
      - sum(amount) OVER (PARTITION BY user ORDER BY ts) AS total)yaml";

constexpr const char* kDeduplicate = R"yaml(
  timed: {from: records, withColumn: {ts: timestamp_micros(due div 1000)}}
  marked: {from: timed, withWatermark: {column: ts, delay: 1 second}}
  once: {from: marked, dropDuplicatesWithinWatermark: [id]}
  result: {from: once, select: [id, due, user, amount]})yaml";

std::vector<TcpJob> make_jobs() {
  const std::vector<LoadPoint> all_rates{{1'000, "spin"}, {10'000, "spin"}, {100'000, "spin"},
                                         {300'000, "spin", false}, {1'000'000, "spin", false},
                                         {1'000, "park"}, {10'000, "park"}, {100'000, "park"}};
  const std::vector<LoadPoint> spinning{{1'000, "spin"}, {10'000, "spin"}, {100'000, "spin"}};
  return {
      {.name = "J1",
       .what = "filter and project",
       .operators = kFilter,
       .trigger = "continuous: 1 second",
       .floor = {"floor_poll_loop"},
       .points = all_rates,
       .p50_limit = 1.3,
       .p99_limit = 2},
      {.name = "J2",
       .what = "count and sum in windows of 1 s, 10,000 keys: window end to result",
       .operators = kWindows,
       .trigger = "continuous: 1 second",
       .floor = {"floor_key_loop", "window"},
       .shape = {.warm_up = 1.2, .seconds = 4, .num_users = 10'000, .returns = Returns::Results},
       .points = {{100'000, "spin"}},
       .p50_limit = 1.5,
       .p99_limit = 1.5},
      {.name = "J3",
       .what = "join with a table of 10,000 rows",
       .operators = kJoin,
       .trigger = "continuous: 1 second",
       .floor = {"floor_key_loop", "join"},
       .shape = {.num_users = 10'000, .returns = Returns::All},
       .points = spinning,
       .p50_limit = 1.3,
       .p99_limit = 2},
      {.name = "J4",
       .what = "running count and sum for each of 100,000 users, durable every 10 ms",
       .operators = kTotals,
       .trigger = "continuous: 10 ms",
       .is_durable = true,
       .floor = {"floor_state_loop"},
       .shape = {.warm_up = 2, .num_users = 100'000, .returns = Returns::All},
       .points = {{100'000, "spin"}},
       .p50_limit = 1.5,
       .p99_limit = 2},
      {.name = "J5",
       .what = "drop duplicates within a watermark of 1 s",
       .operators = kDeduplicate,
       .trigger = "continuous: 1 second",
       .floor = {"floor_key_loop", "deduplicate"},
       .shape = {.returns = Returns::All},
       .points = {{10'000, "spin"}, {100'000, "spin"}},
       .p50_limit = 0,
       .p99_limit = 0},
  };
}

}  // namespace

const std::vector<TcpJob>& tcp_jobs() {
  static const std::vector<TcpJob> jobs = make_jobs();
  return jobs;
}

std::string topology_of(const TcpJob& job, const TcpLoad& load) {
  // Only the join reads the table; a topology with an unused source is refused.
  const std::string table =
      job.name == "J3" ? "\n  countries: {type: csv, header: true, path: countries, static: true, "
                         "schema: \"user STRING, country STRING\"}"
                       : "";
  return fmt::format(R"yaml(name: {}
sources:
  records:
    type: socket
    format: json
    host: 127.0.0.1
    port: {}
    schema: id BIGINT, due BIGINT, user STRING, amount DOUBLE{}
operators:{}
sinks:
  out: {{from: result, type: socket, format: json, host: 127.0.0.1, port: {}}}
trigger: {{{}}}
)yaml",
                     job.name, load.in_port(), table, job.operators, load.out_port(), job.trigger);
}

}  // namespace millrace::bench
