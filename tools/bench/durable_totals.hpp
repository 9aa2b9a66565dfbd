#pragma once

#include <string>
#include <vector>

#include "tools/bench/scratch.hpp"
#include "tools/bench/tcp_load.hpp"

namespace millrace::bench {

/// The topology of the headline job: a running count and sum for each user, JSON over TCP in and out,
/// one result row for each record.
std::string running_totals_topology(const TcpLoad& load);

/// The command that runs it with durable epochs every 10 ms in a folder of `scratch`. `idle`: park or
/// spin.
std::vector<std::string> durable_totals(const std::string& engine, const Scratch& scratch,
                                        const TcpLoad& load, const std::string& idle);

}  // namespace millrace::bench
