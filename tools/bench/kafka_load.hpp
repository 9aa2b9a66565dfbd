#pragma once

#include "tools/bench/tcp_load.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::bench {

/// A broker that this object starts by `tools/kafka` and ends, and topics of one partition on it.
/// Records are 100 bytes. Aborts when the broker does not do as told.
class KafkaLoad {
 public:
  /// `folder` holds the broker's data.
  KafkaLoad(std::string tool, const std::string& folder);
  ~KafkaLoad();
  KafkaLoad(const KafkaLoad&) = delete;
  KafkaLoad& operator=(const KafkaLoad&) = delete;

  /// HOST:PORT; empty when there is no broker to be had.
  const std::string& address() const { return address_; }
  std::string new_topic(const std::string& stem);
  void fill(const std::string& topic, std::int64_t count);

  /// Sends records to `in` as `shape` says and times those that come out of `out`, from the moment
  /// each was due. The load sleeps between records, so it does not know its largest gap. Requires:
  /// every record comes back.
  LoadResult run(const std::string& in, const std::string& out, const LoadShape& shape);
  /// Seconds until a reader of committed records has seen so many; negative after `patience`
  /// seconds.
  double seconds_until(const std::string& topic, std::int64_t count, double patience);

 private:
  void run_tool(const std::string& command);

  const std::string tool_;
  const std::string folder_;
  std::string address_;
  int num_topics_ = 0;
};

}  // namespace millrace::bench
