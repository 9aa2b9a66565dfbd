#include "tools/fraud/terminal_load.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace millrace::fraud {

namespace {

constexpr int kConnectTimeoutMs = 200;
constexpr std::int64_t kConnectAgainNs = 2'000'000;
constexpr std::int64_t kPublishNs = 100'000'000;
constexpr std::size_t kMaxPending = 2'000'000;
constexpr std::size_t kReceiveBytes = std::size_t{1} << 18;
constexpr std::size_t kSendBytes = std::size_t{1} << 18;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::int64_t to_ns(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

}  // namespace

TerminalLoad::TerminalLoad(const Population& population, const LoadOptions& options)
    : options_(options),
      arrivals_(options.seed ^ 0xa441),
      traffic_(population, options.seed),
      day_(traffic_.next_day()),
      latency_(std::make_unique<LatencyHistogram>()),
      recent_(std::make_unique<LatencyHistogram>()),
      rate_(options.rate) {
  next_day_ = std::async(std::launch::async, [this] { return traffic_.next_day(); });
}

void TerminalLoad::run(double seconds, double drain_seconds) {
  ::prctl(PR_SET_TIMERSLACK, 1);
  start_ns_ = published_ns_ = next_due_ns_ = now_ns();
  std::int64_t end = start_ns_ + to_ns(seconds);
  for (std::int64_t now = start_ns_;; now = now_ns()) {
    if (stopping_) end = std::min(end, now);
    sending_ = now < end;
    if (!sending_ && (is_done() || now >= end + to_ns(drain_seconds))) break;
    if (!socket_ && now >= next_connect_ns_ && !connect()) next_connect_ns_ = now + kConnectAgainNs;
    if (sending_) make_due(now);
    send_some();
    receive(now_ns());
    if (now - published_ns_ >= kPublishNs) publish(now);
    wait(now);
  }
  publish(now_ns());
}

bool TerminalLoad::connect() {
  auto connected = connect_to("terminals", options_.engine, kConnectTimeoutMs);
  if (!connected.ok()) return false;
  socket_ = std::move(*connected);
  ++report_.connections;
  report_.connected = true;
  received_bytes_ = 0;
  send_again();
  return true;
}

void TerminalLoad::disconnect() {
  socket_.reset();
  report_.connected = false;
  if (outage_from_ns_ == 0) outage_from_ns_ = now_ns();
}

void TerminalLoad::send_again() {
  unsent_.clear();
  sent_bytes_ = 0;
  if (options_.acknowledge)
    unsent_ = "{\"client\":\"" + options_.client + "\",\"next\":" + std::to_string(first_pending_) +
              "}\n";
  if (report_.connections > 1) report_.sent_again += static_cast<std::int64_t>(pending_.size());
  std::int64_t number = first_pending_;
  for (const Pending& pending : pending_)
    append_json(unsent_, number++, pending.transaction);
}

const Transaction& TerminalLoad::next_transaction() {
  while (next_in_day_ == day_.size()) {
    day_ = next_day_.get();
    next_in_day_ = 0;
    next_day_ = std::async(std::launch::async, [this] { return traffic_.next_day(); });
  }
  return day_[next_in_day_++];
}

void TerminalLoad::make_due(std::int64_t now) {
  while (next_due_ns_ <= now && pending_.size() < kMaxPending) {
    const Transaction& transaction = next_transaction();
    const auto number = first_pending_ + static_cast<std::int64_t>(pending_.size());
    pending_.push_back({transaction, next_due_ns_, false});
    if (socket_) append_json(unsent_, number, transaction);
    lateness_.add(now - next_due_ns_);
    ++report_.sent;
    report_.payments += transaction.is_payment();
    next_due_ns_ += to_ns((options_.poisson ? arrivals_.exponential() : 1.0) / rate_.load());
  }
}

void TerminalLoad::send_some() {
  if (!socket_ || sent_bytes_ == unsent_.size()) return;
  const std::size_t bytes = std::min(unsent_.size() - sent_bytes_, kSendBytes);
  const ssize_t sent =
      ::send(socket_.get(), unsent_.data() + sent_bytes_, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return disconnect();
  if (sent > 0) sent_bytes_ += static_cast<std::size_t>(sent);
  if (sent_bytes_ < unsent_.size()) return;
  unsent_.clear();
  sent_bytes_ = 0;
}

void TerminalLoad::receive(std::int64_t now) {
  if (!socket_) return;
  if (received_.size() - received_bytes_ < kReceiveBytes)
    received_.resize(received_bytes_ + 2 * kReceiveBytes);
  char* const fresh = received_.data() + received_bytes_;
  const ssize_t got = ::recv(socket_.get(), fresh, kReceiveBytes, MSG_DONTWAIT);
  if (got > 0) {
    received_bytes_ += static_cast<std::size_t>(got);
    take_lines(now);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    disconnect();
  }
}

void TerminalLoad::take_lines(std::int64_t now) {
  const char* start = received_.data();
  const char* const end = start + received_bytes_;
  while (const auto* line_end = static_cast<const char*>(
             std::memchr(start, '\n', static_cast<std::size_t>(end - start)))) {
    take_line({start, static_cast<std::size_t>(line_end - start)}, now);
    start = line_end + 1;
  }
  received_bytes_ = static_cast<std::size_t>(end - start);
  std::memmove(received_.data(), start, received_bytes_);
}

void TerminalLoad::take_line(std::string_view line, std::int64_t now) {
  const Answer answer = read_answer(line);
  if (answer.kind == Answer::Kind::Decision) decide(answer, line, now);
  if (answer.kind == Answer::Kind::Committed) acknowledge(answer.number);
}

void TerminalLoad::decide(const Answer& answer, std::string_view line, std::int64_t now) {
  const std::int64_t index = answer.number - first_pending_;
  if (index < 0 || index >= static_cast<std::int64_t>(pending_.size()) ||
      pending_[static_cast<std::size_t>(index)].decided) {
    ++report_.repeated;
    return;
  }
  Pending& pending = pending_[static_cast<std::size_t>(index)];
  if (!pending.transaction.is_payment()) return;
  pending.decided = true;
  ++report_.decisions;
  add_latency(pending.due_ns, now);
  report_.detection.add(pending.transaction,
                        !answer.decision.empty() && answer.decision != "approve");
  if (on_decision_) on_decision_(pending.transaction, line);
  if (!options_.acknowledge) acknowledge(0);
}

void TerminalLoad::add_latency(std::int64_t due_ns, std::int64_t now) {
  if (outage_from_ns_ != 0) {
    ++report_.num_outages;
    report_.last_outage_ms = static_cast<double>(now - outage_from_ns_) / 1e6;
    outage_to_ns_ = now;
    outage_from_ns_ = 0;
  }
  if (due_ns < outage_to_ns_ || due_ns < start_ns_ + to_ns(options_.warm_up_seconds)) return;
  latency_->add(now - due_ns);
  recent_->add(now - due_ns);
}

/// The answers to records before `committed` were sent before this: one that has not come was lost
/// with an earlier connection.
void TerminalLoad::acknowledge(std::int64_t committed) {
  report_.committed = std::max(report_.committed, committed);
  while (!pending_.empty()) {
    const Pending& front = pending_.front();
    const bool is_settled = front.decided || !front.transaction.is_payment();
    if (first_pending_ >= committed && (options_.acknowledge || !is_settled)) return;
    report_.undecided += !is_settled;
    pending_.pop_front();
    ++first_pending_;
  }
}

void TerminalLoad::wait(std::int64_t now) {
  const std::int64_t next = std::min(sending_ ? next_due_ns_ : now + kPublishNs,
                                     socket_ ? published_ns_ + kPublishNs : next_connect_ns_);
  if (options_.spin || next <= now) return;
  const bool has_unsent = sent_bytes_ < unsent_.size();
  pollfd waited{socket_.get(), static_cast<short>(has_unsent ? POLLIN | POLLOUT : POLLIN), 0};
  const timespec timeout{(next - now) / 1'000'000'000, (next - now) % 1'000'000'000};
  ::ppoll(&waited, 1, &timeout, nullptr);
}

void TerminalLoad::publish(std::int64_t now) {
  if (forgetting_.exchange(false)) latency_ = std::make_unique<LatencyHistogram>();
  report_.seconds = static_cast<double>(now - start_ns_) / 1e9;
  report_.waiting = report_.payments - report_.decisions - report_.undecided;
  report_.latency = quantiles_of(*latency_);
  report_.lateness = quantiles_of(lateness_);
  report_.recent = quantiles_of(*recent_);
  recent_ = std::make_unique<LatencyHistogram>();
  report_.rate = static_cast<double>(report_.decisions - published_decisions_) * 1e9 /
                 static_cast<double>(std::max<std::int64_t>(now - published_ns_, 1));
  published_decisions_ = report_.decisions;
  published_ns_ = now;
  const std::lock_guard lock(mutex_);
  published_ = report_;
}

LoadReport TerminalLoad::report() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

}  // namespace millrace::fraud
