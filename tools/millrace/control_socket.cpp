#include "control_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace::cli {
namespace {

constexpr std::size_t kMaxRequestBytes = 1024;
constexpr std::size_t kMaxAnswerBytes = std::size_t{16} << 20;

Error socket_error(const std::string& path) {
  return make_error(ErrorKind::CannotCreate,
                    "control socket: cannot make '" + path + "': " + std::strerror(errno),
                    "check that the folder may be written to");
}

/// A socket address holds a hundred bytes: longer paths go by way of the folder's descriptor.
struct Address {
  explicit Address(const std::string& folder)
      : folder_fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const std::string path =
        "/proc/self/fd/" + std::to_string(folder_fd.get()) + "/" + kControlSocket;
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  }
  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&name); }

  Descriptor folder_fd;
  sockaddr_un name{};
};

Descriptor new_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

/// Up to the newline, the end or the limit.
std::string read_line(const Descriptor& from, std::size_t max_bytes) {
  std::string line;
  char piece[4096];
  while (line.size() < max_bytes) {
    const ssize_t got = ::read(from.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    line.append(piece, static_cast<std::size_t>(got));
    if (line.back() == '\n') break;
  }
  if (!line.empty() && line.back() == '\n') line.pop_back();
  return line;
}

bool write_line(const Descriptor& to, std::string line) {
  line += '\n';
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t sent = ::send(to.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

ControlServer::ControlServer(std::string path, Descriptor listener, Descriptor wake, Answer answer)
    : path_(std::move(path)),
      listener_(std::move(listener)),
      wake_(std::move(wake)),
      answer_(std::move(answer)),
      thread_([this] { run(); }) {}

Result<std::unique_ptr<ControlServer>> ControlServer::listen(const std::string& folder,
                                                             Answer answer) {
  const std::string path = folder + "/" + kControlSocket;
  const Address address(folder);
  ::unlink(path.c_str());
  Descriptor listener = new_socket();
  // Before bind, so that nobody else can connect in between.
  if (!listener || ::fchmod(listener.get(), 0600) != 0 ||
      ::bind(listener.get(), address.generic(), sizeof address.name) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(listener.get(), 8) != 0)
    return socket_error(path);
  Descriptor wake(::eventfd(0, EFD_CLOEXEC));
  if (!wake) return socket_error(path);
  return std::unique_ptr<ControlServer>(
      new ControlServer(path, std::move(listener), std::move(wake), std::move(answer)));
}

ControlServer::~ControlServer() {
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  ::unlink(path_.c_str());
}

void ControlServer::run() {
  for (;;) {
    pollfd waiting[2]{{listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0) return;
    if (waiting[0].revents == 0) continue;
    const Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) serve(client);
  }
}

void ControlServer::serve(const Descriptor& client) const {
  const timeval patience{1, 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string request = read_line(client, kMaxRequestBytes);
  if (!request.empty()) (void)write_line(client, answer_(request));
}

Result<std::string> ask_job(const std::string& folder, const std::string& request) {
  const Address address(folder);
  const Descriptor job = new_socket();
  if (!job || ::connect(job.get(), address.generic(), sizeof address.name) != 0)
    return make_error(ErrorKind::Unavailable, "no job runs with its checkpoint in '" + folder + "'",
                      "start it with `millrace run FILE --checkpoint " + folder + "`");
  std::string answer = write_line(job, request) ? read_line(job, kMaxAnswerBytes) : std::string();
  if (answer.empty())
    return make_error(ErrorKind::Unavailable, "the job in '" + folder + "' did not answer",
                      "it may have ended; ask again");
  return answer;
}

}  // namespace millrace::cli
