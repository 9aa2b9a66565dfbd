#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/timed_record.hpp"

namespace millrace::bench {

/// An open-loop load over loopback TCP: listens on two ports, sends records at a fixed rate to
/// whoever connects to the first, and times what comes back over the second. A record's latency counts
/// from the moment it was due, so that a slow receiver is not forgiven (no coordinated omission).
struct LoadResult {
  std::vector<TimedRecord> records;
  std::vector<std::int64_t> lateness_ns;  // of the generator itself
  /// Longest time that the generator, which never sleeps, was kept from running.
  std::int64_t largest_gap_ns = 0;
  std::int64_t counted_from_ns = 0;  // steady clock
  std::int64_t first_arrival_ns = 0;  // steady clock; 0: nothing came
  std::int64_t num_sent = 0;
  std::int64_t num_returned = 0;
  std::int64_t num_expected = 0;
};

/// When records are due: at equal distances, or at random ones with the same mean.
enum class Arrivals { Constant, Poisson };
/// Which records come back: those with an amount above 10, all, or something else than the records.
enum class Returns { Large, All, Results };

struct LoadShape {
  double rate = 10'000;  // records a second
  double warm_up = 0.5;  // seconds that do not count
  double gentle = 0;     // the first of them, at a quarter of the rate: for a virtual machine that compiles meanwhile
  double seconds = 3;
  std::int64_t num_users = 1'000;
  Returns returns = Returns::Large;
  Arrivals arrivals = Arrivals::Constant;
};

class TcpLoad {
 public:
  TcpLoad();
  ~TcpLoad();
  int in_port() const { return in_port_; }    // the system under test reads here
  int out_port() const { return out_port_; }  // and writes here
  /// Waits for both connections; false after `seconds`.
  bool accept(int seconds);
  LoadResult run(const LoadShape& shape);
  /// Ends both connections, so that the system under test ends.
  void hang_up();

 private:
  // The ports stand first: making a listener fills in its port.
  int in_port_ = 0, out_port_ = 0;
  int in_listener_ = -1, out_listener_ = -1;
  int in_ = -1, out_ = -1;
};

/// Value at quantile (0 to 1) of unsorted values; 0 when there are none.
std::int64_t quantile(std::vector<std::int64_t> values, double q);

}  // namespace millrace::bench
