#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "actors/job.hpp"
#include "topology/yaml/loader.hpp"

namespace millrace::testing {

/// A topology file run in simulated time, its console replaced by a list of rows: every order of the
/// actors' steps is drawn from the seed, and nothing waits for a clock. Fails the test when the file
/// has errors or the job fails.
class ExampleJob {
 public:
  /// `overrides` as for `--set`.
  ExampleJob(const std::string& file, std::vector<std::string> overrides, std::uint64_t seed = 1);

  /// Runs until the sources have nothing more to give, then drains.
  void run_to_end();
  /// Runs until at least so many rows came out, or so many timers went off, then drains.
  void run_until_rows(std::size_t count, int most_timers = 1'000'000);

  /// Rows as JSON, by the epoch that they belong to.
  const std::map<std::int64_t, std::vector<std::string>>& epochs() const { return epochs_; }
  /// All rows in the order in which they came out.
  std::vector<std::string> rows() const;
  /// Rows of the last epoch that had any.
  std::vector<std::string> last_rows() const;

 private:
  void start(LoadedTopology loaded);
  /// False when the job ended.
  bool run_to_next_timer();
  void drain();

  std::vector<SinkType> sinks_;
  std::map<std::int64_t, std::vector<std::string>> epochs_;
  std::mt19937_64 random_;
  std::int64_t num_read_ = 0;  // records that the sources gave in complete epochs
  std::int64_t num_epochs_ = 0;
  std::unique_ptr<Job> job_;
};

}  // namespace millrace::testing
