#include "tools/bench/durable_totals.hpp"

#include <fmt/format.h>

namespace millrace::bench {

std::string running_totals_topology(const TcpLoad& load) {
  return fmt::format(R"(name: running_totals
sources:
  records:
    type: socket
    format: json
    host: 127.0.0.1
    port: {}
    schema: id BIGINT, due BIGINT, user STRING, amount DOUBLE
operators:
  timed: {{from: records, withColumn: {{ts: timestamp_micros(due)}}}}
  totals:
    from: timed
    select:
      - id
      - due
      - user
      - count(*) OVER (PARTITION BY user ORDER BY ts) AS n
      - sum(amount) OVER (PARTITION BY user ORDER BY ts) AS total
sinks:
  out: {{from: totals, type: socket, format: json, host: 127.0.0.1, port: {}}}
trigger: {{continuous: 10 ms}}
)",
                     load.in_port(), load.out_port());
}

std::vector<std::string> durable_totals(const std::string& engine, const Scratch& scratch,
                                        const TcpLoad& load, const std::string& idle) {
  return {engine,         "run",
          scratch.write("totals.yaml", running_totals_topology(load)),
          "--idle",       idle,
          "--progress",   "off",
          "--log-level",  "error",
          "--checkpoint", (scratch.path() / "state").string()};
}

}  // namespace millrace::bench
