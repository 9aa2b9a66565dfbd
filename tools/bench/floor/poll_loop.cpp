// The floor: the least that reads JSON lines from one TCP connection, keeps those with
// amount > 10 and writes the record as JSON to another. No engine, one thread, no state.
//   floor_poll_loop spin|park IN_PORT OUT_PORT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <string>
#include <vector>

namespace {

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void append(std::string& out, auto value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

bool write_all(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

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
  const int in = connect_to(std::atoi(argv[2]));
  const int out = connect_to(std::atoi(argv[3]));
  if (in < 0 || out < 0) return 69;
  fcntl(in, F_SETFL, O_NONBLOCK);
  std::vector<char> buffer((1 << 18) + simdjson::SIMDJSON_PADDING);
  const std::size_t room = buffer.size() - simdjson::SIMDJSON_PADDING;
  std::size_t filled = 0;
  simdjson::ondemand::parser parser;
  std::string result;
  for (;;) {
    const ssize_t n = recv(in, buffer.data() + filled, room - filled, 0);
    if (n == 0) return 0;
    if (n < 0) {
      pollfd waiting{in, POLLIN, 0};
      if (!spin) poll(&waiting, 1, -1);
      continue;
    }
    filled += static_cast<std::size_t>(n);
    std::size_t start = 0;
    result.clear();
    while (const void* newline = std::memchr(buffer.data() + start, '\n', filled - start)) {
      const std::size_t end = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data());
      filter_line(parser, buffer.data() + start, end - start, buffer.size() - start, result);
      start = end + 1;
    }
    std::memmove(buffer.data(), buffer.data() + start, filled - start);
    filled -= start;
    if (!write_all(out, result)) return 74;
  }
}
