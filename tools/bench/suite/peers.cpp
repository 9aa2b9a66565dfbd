#include "tools/bench/suite/peers.hpp"

#include "tools/bench/cores.hpp"
#include "tools/bench/suite/flink_nexmark.hpp"
#include "tools/bench/suite/java_peer.hpp"
#include "tools/bench/suite/tcp_system.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::bench {

namespace {

// What a virtual machine takes to compile the job's loops on the one core it has, and to work off
// what came meanwhile.
constexpr double kWarmUp = 15, kGentle = 11;
constexpr const char* kCheckpointMs = "10";
constexpr double kPeerRate = 100'000;

/// A peer that is installed.
struct Present {
  const JavaPeer* peer;
  std::string class_path;
};

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool is_wanted(const std::vector<std::string>& wanted, const std::string& name) {
  return wanted.empty() || is_among(wanted, name);
}

TcpSystem system_of(const Present& present, const TcpJob& job, const std::string& settings) {
  return {
      .name = present.peer->name + " " + settings,
      .command =
          [=, &job](const TcpLoad& load, const Scratch& scratch) {
            std::vector<std::string> command =
                java_command(present.class_path, present.peer->program);
            command.insert(command.end(), {job.name, settings, std::to_string(load.in_port()),
                                           std::to_string(load.out_port())});
            if (job.is_durable)
              command.insert(command.end(), {kCheckpointMs, (scratch.path() / "peer").string()});
            return command;
          },
      .more_warm_up = kWarmUp,
      .gentle = kGentle,
      .seconds_to_start = 120};
}

std::vector<TcpSystem> systems_of(const TcpJob& job, const LoadPoint& point,
                                  const std::vector<Present>& peers, const SuiteOptions& options,
                                  Results& results) {
  std::vector<TcpSystem> systems{floor_of(job, point, true, options),
                                 engine_of(job, point, true, options)};
  for (const Present& present : peers) {
    if (!is_among(present.peer->jobs, job.name)) {
      results.missing.push_back({job.name, present.peer->name + " has no program for it"});
      continue;
    }
    systems.push_back(system_of(present, job, "tuned"));
    systems.push_back(system_of(present, job, "default"));
  }
  return systems;
}

void compare(const TcpJob& job, const LoadPoint& point, const std::vector<Present>& peers,
             const SuiteOptions& options, Results& results) {
  const std::vector<TcpSystem> systems = systems_of(job, point, peers, options, results);
  std::vector<Series> all = run_in_turn(systems, job, point, options);
  add_latency_figures(all[1], all[0], {}, {}, results);
  for (std::size_t peer = 2; peer < all.size(); ++peer)
    for (const auto& [quantile, name] : {std::pair(0.5, "p50"), std::pair(0.99, "p99")})
      add_ratio(all[peer], all[1], quantile,
                fmt::format("TCP, {:.0f}/s, {}: {} of {} to Millrace", point.rate, point.idle, name,
                            systems[peer].name),
                0, results);
  for (Series& series : all) results.series.push_back(std::move(series));
}

std::vector<Present> find_peers(const std::vector<std::string>& wanted, Results& results) {
  std::vector<Present> present;
  for (const JavaPeer& peer : java_peers()) {
    if (!is_wanted(wanted, peer.name)) continue;
    const ClassPath class_path = class_path_of(peer);
    if (class_path.reason.empty())
      present.push_back({&peer, class_path.value});
    else
      results.missing.push_back({peer.name, class_path.reason});
  }
  return present;
}

void run_nexmark_peers(const std::vector<std::string>& jobs, const std::vector<Present>& present,
                       const SuiteOptions& options, const Keep& keep, Results& results) {
  for (const Present& peer : present)
    for (const std::string& query : nexmark_by_the_book()) {
      if (!is_wanted(jobs, query)) continue;
      if (peer.peer->name == "Flink")
        compare_with_flink(query, peer.class_path, options, results);
      else
        results.missing.push_back({"NEXMark " + query, peer.peer->name + " has no program for it"});
      keep(results);
    }
}

}  // namespace

std::vector<std::string> peer_names() {
  std::vector<std::string> names;
  for (const JavaPeer& peer : java_peers()) names.push_back(peer.name);
  return names;
}

std::vector<std::string> peer_jobs() {
  std::vector<std::string> names = java_peer("Flink").jobs;
  const std::vector<std::string>& queries = nexmark_by_the_book();
  names.insert(names.end(), queries.begin(), queries.end());
  return names;
}

void run_peers(const std::vector<std::string>& jobs, const std::vector<std::string>& peers,
               const SuiteOptions& options, const Keep& keep, Results& results) {
  const std::vector<Present> present = find_peers(peers, results);
  if (present.empty()) return;
  pin_to_core(0);
  for (const TcpJob& job : tcp_jobs())
    for (const LoadPoint& point : job.points)
      if (is_wanted(jobs, job.name) && is_among(peer_jobs(), job.name) && point.idle == "spin" &&
          point.rate == kPeerRate) {
        compare(job, point, present, options, results);
        keep(results);
      }
  run_nexmark_peers(jobs, present, options, keep, results);
}

}  // namespace millrace::bench
