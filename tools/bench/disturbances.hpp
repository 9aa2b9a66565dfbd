#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::bench {

/// What a measured thread did between two looks at it.
struct ThreadLook {
  int core = -1;  // the only one that it may use; -1: there are several
  std::int64_t ran_ns = 0;
  std::int64_t waited_ns = 0;  // was ready to run, but did not
};

/// When programs that are not measured held a core that a measured thread was ready to run on. A core's
/// busiest thread is looked at: what other measured threads ran is taken off its wait, so that what a system
/// does to itself stays its own. Where the busiest sleeps that takes off too much and less counts as
/// disturbed. Not thread-safe.
class Disturbances {
 public:
  /// Waits of up to `least_ns` in all between two looks are left in: so much the kernel's own threads take.
  explicit Disturbances(std::int64_t least_ns) : least_ns_(least_ns) {}

  /// From the look before to this one (steady clock, ns). Times ascend.
  void add(std::int64_t from_ns, std::int64_t to_ns, std::span<const ThreadLook> threads);
  /// Whether a record that was due then met a core that others held, or what had piled up behind one.
  bool contain(std::int64_t at_ns) const;

 private:
  struct Interval {
    std::int64_t from_ns, to_ns;
  };
  const std::int64_t least_ns_;
  std::vector<Interval> intervals_;  // in order, apart
};

}  // namespace millrace::bench
