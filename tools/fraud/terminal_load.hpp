#pragma once

#include "records/tcp.hpp"
#include "tools/fraud/tally.hpp"
#include "tools/fraud/traffic.hpp"
#include "tools/fraud/transaction_json.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::fraud {

struct LoadOptions {
  Endpoint engine;
  double rate = 1'000;  // messages a second
  std::uint64_t seed = 1;
  /// Times between messages are exponential, else equal.
  bool poisson = true;
  /// Polls without sleeping: exact times for a core of its own.
  bool spin = false;
  /// Says who it is and which record comes next, and keeps records until they are acknowledged.
  bool acknowledge = true;
  std::string client = "terminals";
  /// Decisions before this time do not count in the latency.
  double warm_up_seconds = 1;
};

/// All terminals of a population behind one TCP connection: sends what traffic there is at an
/// open-loop rate and times the answers from the moment each payment was *meant* to be sent, so
/// that a slow engine is not forgiven. Keeps every record until the engine has acknowledged it,
/// connects again when the connection ends, and then sends again what is not acknowledged.
///
/// `run` has a thread to itself; all other methods may be called from any thread.
class TerminalLoad {
 public:
  /// A payment and its answer, as the engine wrote it; the views live for the call.
  using OnDecision = std::function<void(const Transaction&, std::string_view line)>;

  /// `population` must outlive the object.
  TerminalLoad(const Population& population, const LoadOptions& options);

  /// Sends for `seconds`, then waits at most `drain_seconds` for the answers that are missing.
  void run(double seconds, double drain_seconds);
  void stop() { stopping_ = true; }
  void set_rate(double per_second) { rate_ = per_second; }
  double rate() const { return rate_; }
  /// Latencies before this moment count no more.
  void forget_latency() { forgetting_ = true; }
  /// To be set before `run`. Called by the thread of `run` for each decision that is not a
  /// repetition.
  void on_decision(OnDecision callback) { on_decision_ = std::move(callback); }
  LoadReport report() const;

 private:
  struct Pending {
    Transaction transaction;
    std::int64_t due_ns = 0;
    bool decided = false;
  };

  bool connect();
  void disconnect();
  void send_again();
  void make_due(std::int64_t now);
  const Transaction& next_transaction();
  void send_some();
  void receive(std::int64_t now);
  void take_lines(std::int64_t now);
  void take_line(std::string_view line, std::int64_t now);
  void decide(const Answer& answer, std::string_view line, std::int64_t now);
  void acknowledge(std::int64_t committed);
  void add_latency(std::int64_t due_ns, std::int64_t now);
  void wait(std::int64_t now);
  void publish(std::int64_t now);
  bool is_done() const { return report_.decisions + report_.undecided >= report_.payments; }

  // Fixed.
  const LoadOptions options_;
  OnDecision on_decision_;

  // Touched by the thread of `run` only.
  Random arrivals_;
  Traffic traffic_;
  std::vector<Transaction> day_;
  std::size_t next_in_day_ = 0;
  std::future<std::vector<Transaction>> next_day_;
  Descriptor socket_;
  std::string unsent_;
  std::size_t sent_bytes_ = 0;  // front of `unsent_` that is gone
  std::vector<char> received_;
  std::size_t received_bytes_ = 0;
  std::deque<Pending> pending_;  // records from `first_pending_` on
  std::int64_t first_pending_ = 0;
  bool sending_ = true;
  std::int64_t start_ns_ = 0;
  std::int64_t next_due_ns_ = 0;
  std::int64_t next_connect_ns_ = 0;
  std::int64_t published_ns_ = 0;
  std::int64_t published_decisions_ = 0;
  std::int64_t outage_from_ns_ = 0;  // 0: none
  std::int64_t outage_to_ns_ = 0;    // payments meant before this time waited for a restart
  std::unique_ptr<LatencyHistogram> latency_;
  LatencyHistogram lateness_;
  std::unique_ptr<LatencyHistogram> recent_;
  LoadReport report_;

  std::atomic<bool> stopping_{false};
  std::atomic<bool> forgetting_{false};
  std::atomic<double> rate_;
  mutable std::mutex mutex_;  // guards what follows
  LoadReport published_;
};

}  // namespace millrace::fraud
