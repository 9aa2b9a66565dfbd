// The floor: the least that reads JSON lines from one TCP connection, keeps those with
// amount > 10 and writes the record as JSON to another. No engine, one thread, no state.
//   floor_poll_loop spin|park IN_PORT OUT_PORT
#include <fcntl.h>
#include <poll.h>
#include <simdjson.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "tools/bench/floor/loopback.hpp"

namespace {

using millrace::floor::append;

void filter_line(simdjson::ondemand::parser& parser, const char* line, std::size_t size,
                 std::size_t capacity, std::string& out) {
  simdjson::ondemand::document document;
  if (parser.iterate(line, size, capacity).get(document)) return;
  simdjson::ondemand::object object;
  if (document.get_object().get(object)) return;
  std::int64_t id = 0, due = 0;
  std::string_view user;
  double amount = 0;
  if (object["id"].get(id) || object["due"].get(due) || object["user"].get(user) ||
      object["amount"].get(amount) || amount <= 10)
    return;
  out += "{\"id\":";
  append(out, id);
  out += ",\"due\":";
  append(out, due);
  out += ",\"user\":\"";
  out += user;
  out += "\",\"amount\":";
  append(out, amount);
  out += "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  const bool spin = std::strcmp(argv[1], "spin") == 0;
  const int in = millrace::floor::connect_to(std::atoi(argv[2]));
  const int out = millrace::floor::connect_to(std::atoi(argv[3]));
  if (in < 0 || out < 0) return 69;
  fcntl(in, F_SETFL, O_NONBLOCK);
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
      filter_line(parser, line, size, capacity, result);
    });
    if (!millrace::floor::write_all(out, result)) return 74;
  }
}
