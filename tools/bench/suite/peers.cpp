#include "tools/bench/suite/peers.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "tools/bench/suite/flink_nexmark.hpp"
#include "tools/bench/suite/flood.hpp"
#include "tools/bench/suite/tcp_system.hpp"

namespace millrace::bench {

namespace {

// What a virtual machine takes to compile the job's loops on the one core it has.
constexpr double kFlinkWarmUp = 12;
constexpr const char* kCheckpointMs = "10";
constexpr double kPeerRate = 100'000;

/// Jobs over TCP that tools/bench/peers/FlinkJobs.java has too.
const std::vector<std::string> kTcpJobs{"J1", "J2", "J3", "J4"};

TcpSystem flink(const TcpJob& job, const std::string& settings, const std::string& class_path) {
  return {.name = "Flink " + settings,
          .command =
              [=, &job](const TcpLoad& load, const Scratch& scratch) {
                std::vector<std::string> command = flink_command(class_path, "FlinkJobs");
                command.insert(command.end(), {job.name, settings, std::to_string(load.in_port()),
                                               std::to_string(load.out_port())});
                if (job.is_durable)
                  command.insert(command.end(), {kCheckpointMs, (scratch.path() / "flink").string()});
                return command;
              },
          .more_warm_up = kFlinkWarmUp,
          .seconds_to_start = 60};
}

void compare(const TcpJob& job, const LoadPoint& point, const std::string& class_path,
             const SuiteOptions& options, Results& results) {
  const std::vector<TcpSystem> systems{floor_of(job, point, true, options),
                                       engine_of(job, point, true, options),
                                       flink(job, "tuned", class_path),
                                       flink(job, "default", class_path)};
  std::vector<Series> all = run_in_turn(systems, job, point, options);
  add_latency_figures(all[1], all[0], {}, {}, results);
  for (std::size_t peer : {2, 3})
    for (const auto& [quantile, name] : {std::pair(0.5, "p50"), std::pair(0.99, "p99")})
      add_ratio(all[peer], all[1], quantile,
                fmt::format("TCP, {:.0f}/s, {}: {} of {} to Millrace", point.rate, point.idle, name,
                            systems[peer].name),
                0, results);
  for (Series& series : all) results.series.push_back(std::move(series));
}

bool is_wanted(const std::vector<std::string>& jobs, const std::string& job) {
  return jobs.empty() || std::find(jobs.begin(), jobs.end(), job) != jobs.end();
}

}  // namespace

std::vector<std::string> peer_jobs() {
  std::vector<std::string> names = kTcpJobs;
  const std::vector<std::string>& queries = flink_queries();
  names.insert(names.end(), queries.begin(), queries.end());
  return names;
}

void run_peers(const std::vector<std::string>& jobs, const SuiteOptions& options, Results& results) {
  const std::string class_path = flink_class_path();
  if (class_path.empty())
    return results.missing.push_back({"Flink", "no class path: `tools/bench/peers/flink` says why"});
  pin_to_core(0);
  for (const TcpJob& job : tcp_jobs())
    for (const LoadPoint& point : job.points)
      if (is_wanted(jobs, job.name) && is_wanted(kTcpJobs, job.name) && point.idle == "spin" && point.rate == kPeerRate)
        compare(job, point, class_path, options, results);
  for (const std::string& query : flink_queries())
    if (is_wanted(jobs, query)) compare_with_flink(query, class_path, options, results);
}

}  // namespace millrace::bench
