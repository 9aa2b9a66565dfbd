#include "tools/bench/tcp_load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <string_view>

#include "tools/bench/floor/record.hpp"

namespace millrace::bench {

namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

int listen_on_any_port(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(fd, 4) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return -1;
  port = ntohs(address.sin_port);
  return fd;
}

int accept_within(int listener, int seconds) {
  pollfd waiting{listener, POLLIN, 0};
  if (poll(&waiting, 1, seconds * 1000) != 1) return -1;
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void close_and_forget(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

}  // namespace

TcpLoad::TcpLoad()
    : in_listener_(listen_on_any_port(in_port_)), out_listener_(listen_on_any_port(out_port_)) {}

TcpLoad::~TcpLoad() {
  hang_up();
  close_and_forget(in_listener_);
  close_and_forget(out_listener_);
}

bool TcpLoad::accept(int seconds) {
  in_ = accept_within(in_listener_, seconds);
  out_ = accept_within(out_listener_, seconds);
  return in_ >= 0 && out_ >= 0;
}

void TcpLoad::hang_up() {
  close_and_forget(in_);
  close_and_forget(out_);
}

namespace {

/// One load: what is due is sent, what comes back is timed, in turns on one thread that never sleeps.
class LoadRun {
 public:
  LoadRun(const LoadShape& shape, int in, int out)
      : shape_(shape),
        in_(in),
        out_(out),
        begin_(now_ns()),
        counted_from_(begin_ + nanoseconds(shape.warm_up)),
        end_(begin_ + nanoseconds(shape.warm_up + shape.seconds)),
        next_due_(begin_) {
    result_.counted_from_ns = counted_from_;
  }

  LoadResult run() {
    for (std::int64_t now = begin_; !is_over(now); now = now_ns()) {
      note_gap(now);
      format_due(now);
      send_some();
      if (!receive_some()) break;
    }
    return std::move(result_);
  }

 private:
  static constexpr std::int64_t kPatienceNs = 2'000'000'000;  // for records that do not come back
  static constexpr std::int64_t kLingerNs = 100'000'000;      // for results whose number is unknown

  static std::int64_t nanoseconds(double seconds) {
    return static_cast<std::int64_t>(seconds * 1e9);
  }
  bool is_over(std::int64_t now) const {
    if (now <= end_) return false;
    if (shape_.returns == Returns::Results) return now > end_ + kLingerNs;
    return result_.num_returned >= result_.num_expected || now > end_ + kPatienceNs;
  }
  void note_gap(std::int64_t now) {
    if (turned_ >= counted_from_)
      result_.largest_gap_ns = std::max(result_.largest_gap_ns, now - turned_);
    turned_ = now;
  }
  /// Adds the records that are due by now to what is to be sent.
  void format_due(std::int64_t now) {
    for (; next_due_ <= now && next_due_ < end_; step()) {
      const std::int64_t id = result_.num_sent++;
      const double amount = id % 10 == 0 ? 5.0 : 10.5 + static_cast<double>(id % 1000);
      char line[160];
      const int size = format_record(line, id, next_due_, amount, shape_.num_users);
      unsent_.append(line, static_cast<std::size_t>(size));
      result_.num_expected += comes_back(amount);
      if (next_due_ >= counted_from_) result_.lateness_ns.push_back(now - next_due_);
    }
  }
  bool comes_back(double amount) const {
    return shape_.returns == Returns::All || (shape_.returns == Returns::Large && amount > 10);
  }
  void step() {
    const double gap = shape_.arrivals == Arrivals::Constant ? 1 : exponential_(random_);
    const double rate = elapsed_ < shape_.gentle * 1e9 ? shape_.rate / 4 : shape_.rate;
    elapsed_ += gap * 1e9 / rate;
    next_due_ = begin_ + static_cast<std::int64_t>(elapsed_);
  }
  void send_some() {
    if (unsent_.empty()) return;
    const ssize_t n = send(in_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n > 0) unsent_.erase(0, static_cast<std::size_t>(n));
  }
  /// False when the system under test hung up.
  bool receive_some() {
    const ssize_t n = recv(out_, received_.data() + filled_, received_.size() - filled_, 0);
    if (n <= 0) return n < 0;
    const std::int64_t arrived = now_ns();
    if (result_.first_arrival_ns == 0) result_.first_arrival_ns = arrived;
    filled_ += static_cast<std::size_t>(n);
    std::size_t start = 0;
    while (const void* newline =
               std::memchr(received_.data() + start, '\n', filled_ - start)) {
      const auto end =
          static_cast<std::size_t>(static_cast<const char*>(newline) - received_.data());
      take(due_of({received_.data() + start, end - start}), arrived);
      start = end + 1;
    }
    std::memmove(received_.data(), received_.data() + start, filled_ - start);
    filled_ -= start;
    return true;
  }
  void take(std::int64_t due, std::int64_t arrived) {
    ++result_.num_returned;
    if (due < counted_from_) return;
    result_.records.push_back({due, arrived - due});
  }

  const LoadShape shape_;
  const int in_, out_;
  const std::int64_t begin_, counted_from_, end_;
  std::int64_t next_due_;
  double elapsed_ = 0;  // ns from begin to the next record
  std::int64_t turned_ = 0;
  std::string unsent_;
  std::vector<char> received_ = std::vector<char>(1 << 18);
  std::size_t filled_ = 0;
  std::mt19937_64 random_{1};
  std::exponential_distribution<double> exponential_{1};
  LoadResult result_;
};

}  // namespace

LoadResult TcpLoad::run(const LoadShape& shape) { return LoadRun(shape, in_, out_).run(); }

std::int64_t quantile(std::vector<std::int64_t> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(
      std::min(static_cast<double>(values.size() - 1), q * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace millrace::bench
