// For the tests: runs a program that reads from a socket and gives it a few lines, then hangs up.
// serve_lines PROGRAM: the program gets host and port as its arguments; its exit code does not count.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>

int main(int num_arguments, char** arguments) {
  if (num_arguments != 2) return 64;
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) return 74;
  if (::listen(listener, 1) != 0) return 74;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const pid_t program = ::fork();
  if (program == 0) {
    ::execl(arguments[1], arguments[1], "127.0.0.1", port.c_str(), nullptr);
    _exit(127);
  }
  const int client = ::accept(listener, nullptr, nullptr);
  const std::string_view lines = "the mill turns\nthe river\n";
  const bool is_sent = ::write(client, lines.data(), lines.size()) == ssize_t(lines.size());
  ::close(client);
  ::waitpid(program, nullptr, 0);
  return is_sent ? 0 : 74;
}
