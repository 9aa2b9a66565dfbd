// The floor of durable state: the least that reads JSON lines from one TCP connection, keeps a running
// count and sum for each user, writes a row for every record to another connection, and makes all changes
// durable every 10 ms: a log buffer that is swapped, written and synced by a second thread.
//   floor_state_loop spin|park IN_PORT OUT_PORT LOG_FILE|none
#include <fcntl.h>
#include <poll.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tools/bench/floor/loopback.hpp"

namespace {

constexpr std::chrono::milliseconds kEpoch{10};

struct Total {
  std::int64_t count = 0;
  double sum = 0;
};

/// Writes and syncs one buffer of changes at a time on a thread of its own.
class Log {
 public:
  explicit Log(const char* path)
      : fd_(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)), thread_([this] { run(); }) {}
  ~Log() {
    {
      std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    close(fd_);
  }
  /// Takes the buffer unless the last one is still being written.
  void swap(std::string& buffer) {
    {
      std::unique_lock lock(mutex_, std::try_to_lock);
      if (!lock || busy_) return;
      buffer_.swap(buffer);
      busy_ = true;
    }
    changed_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return busy_ || over_; });
      if (over_) return;
      lock.unlock();
      if (write(fd_, buffer_.data(), buffer_.size()) < 0 || fdatasync(fd_) != 0) _exit(74);
      buffer_.clear();
      lock.lock();
      busy_ = false;
    }
  }
  const int fd_;
  std::mutex mutex_;  // guards buffer_, busy_, over_
  std::condition_variable changed_;
  std::string buffer_;
  bool busy_ = false;
  bool over_ = false;
  std::thread thread_;
};

struct Loop {
  simdjson::ondemand::parser parser;
  std::unordered_map<std::string, Total> totals;
  std::string log;
  std::string out;

  void add(const char* line, std::size_t size, std::size_t capacity) {
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(line, size, capacity).get(document) || document.get_object().get(object))
      return;
    std::int64_t id = 0, due = 0;
    std::string_view user;
    double amount = 0;
    if (object["id"].get(id) || object["due"].get(due) || object["user"].get(user) ||
        object["amount"].get(amount))
      return;
    Total& total = totals[std::string(user)];
    ++total.count;
    total.sum += amount;
    log.append(user);
    log.append(reinterpret_cast<const char*>(&total), sizeof total);
    out += "{\"id\":";
    millrace::floor::append(out, id);
    out += ",\"due\":";
    millrace::floor::append(out, due);
    out += ",\"user\":\"";
    out += user;
    out += "\",\"n\":";
    millrace::floor::append(out, total.count);
    out += ",\"total\":";
    millrace::floor::append(out, total.sum);
    out += "}\n";
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  const bool spin = std::strcmp(argv[1], "spin") == 0;
  const int in = millrace::floor::connect_to(std::atoi(argv[2]));
  const int out = millrace::floor::connect_to(std::atoi(argv[3]));
  if (in < 0 || out < 0) return 69;
  fcntl(in, F_SETFL, O_NONBLOCK);
  std::unique_ptr<Log> log;
  if (std::strcmp(argv[4], "none") != 0) log = std::make_unique<Log>(argv[4]);
  Loop loop;
  millrace::floor::LineBuffer lines;
  auto next_epoch = std::chrono::steady_clock::now() + kEpoch;
  for (;;) {
    if (const auto now = std::chrono::steady_clock::now(); now >= next_epoch) {
      if (log) log->swap(loop.log);
      else loop.log.clear();
      next_epoch = now + kEpoch;
    }
    const auto n = lines.receive(in);
    if (n == 0) return 0;
    if (n < 0) {
      pollfd waiting{in, POLLIN, 0};
      if (!spin) poll(&waiting, 1, 10);
      continue;
    }
    loop.out.clear();
    lines.for_each([&](const char* line, std::size_t size, std::size_t capacity) {
      loop.add(line, size, capacity);
    });
    if (!millrace::floor::write_all(out, loop.out)) return 74;
  }
}
