// The floor of keyed jobs: the least that reads JSON lines from one TCP connection, keeps a table by user or by id,
// and writes rows as JSON to another.
//   floor_key_loop spin|park IN_PORT OUT_PORT window|join|deduplicate
// window: count and sum for each user in windows of one second of event time (`due`, ns).
// join: adds the country of the user, from a table of 10,000. deduplicate: drops ids seen before.
#include <fcntl.h>
#include <poll.h>
#include <simdjson.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "tools/bench/floor/loopback.hpp"

namespace {

using millrace::floor::append;

struct Record {
  std::int64_t id = 0, due = 0;
  std::string_view user;
  double amount = 0;
};

bool parse(simdjson::ondemand::parser& parser, const char* line, std::size_t size,
           std::size_t capacity, Record& record) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  return !parser.iterate(line, size, capacity).get(document) &&
         !document.get_object().get(object) && !object["id"].get(record.id) &&
         !object["due"].get(record.due) && !object["user"].get(record.user) &&
         !object["amount"].get(record.amount);
}

void append_record(std::string& out, const Record& record) {
  out += "{\"id\":";
  append(out, record.id);
  out += ",\"due\":";
  append(out, record.due);
  out += ",\"user\":\"";
  out += record.user;
  out += "\",\"amount\":";
  append(out, record.amount);
}

class Windows {
 public:
  void take(const Record& record, std::string& out) {
    if (record.due >= end_) flush(record.due, out);
    auto& [count, sum] = totals_[std::string(record.user)];
    ++count;
    sum += record.amount;
  }

 private:
  void flush(std::int64_t due, std::string& out) {
    constexpr std::int64_t kWindowNs = 1'000'000'000;
    for (const auto& [user, total] : totals_) {
      out += "{\"user\":\"" + user + "\",\"n\":";
      append(out, total.first);
      out += ",\"total\":";
      append(out, total.second);
      out += ",\"due\":";
      append(out, end_);
      out += "}\n";
    }
    totals_.clear();
    end_ = (due / kWindowNs + 1) * kWindowNs;
  }
  std::int64_t end_ = 0;
  std::unordered_map<std::string, std::pair<std::int64_t, double>> totals_;
};

class Join {
 public:
  Join() {
    for (int i = 0; i < 10'000; ++i)
      countries_["u" + std::to_string(i)] = "country " + std::to_string(i % 200);
  }
  void take(const Record& record, std::string& out) {
    const auto found = countries_.find(std::string(record.user));
    if (found == countries_.end()) return;
    append_record(out, record);
    out += ",\"country\":\"" + found->second + "\"}\n";
  }

 private:
  std::unordered_map<std::string, std::string> countries_;
};

/// Forgets ids after one to two seconds of event time.
class Deduplicate {
 public:
  void take(const Record& record, std::string& out) {
    if (record.due - since_ > 1'000'000'000) {
      older_.swap(newer_);
      newer_.clear();
      since_ = record.due;
    }
    if (older_.count(record.id) != 0 || !newer_.insert(record.id).second) return;
    append_record(out, record);
    out += "}\n";
  }

 private:
  std::int64_t since_ = 0;
  std::unordered_set<std::int64_t> older_, newer_;
};

template <class Job>
int run(Job job, int in, int out, bool spin) {
  simdjson::ondemand::parser parser;
  std::string result;
  millrace::floor::LineBuffer lines;
  for (;;) {
    const auto n = lines.receive(in);
    if (n == 0) return 0;
    if (n < 0) {
      pollfd waiting{in, POLLIN, 0};
      if (!spin) poll(&waiting, 1, -1);
      continue;
    }
    result.clear();
    lines.for_each([&](const char* line, std::size_t size, std::size_t capacity) {
      Record record;
      if (parse(parser, line, size, capacity, record)) job.take(record, result);
    });
    if (!millrace::floor::write_all(out, result)) return 74;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  const bool spin = std::strcmp(argv[1], "spin") == 0;
  const int in = millrace::floor::connect_to(std::atoi(argv[2]));
  const int out = millrace::floor::connect_to(std::atoi(argv[3]));
  if (in < 0 || out < 0) return 69;
  fcntl(in, F_SETFL, O_NONBLOCK);
  if (std::strcmp(argv[4], "window") == 0) return run(Windows(), in, out, spin);
  if (std::strcmp(argv[4], "join") == 0) return run(Join(), in, out, spin);
  return run(Deduplicate(), in, out, spin);
}
