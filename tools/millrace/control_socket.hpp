#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "records/result.hpp"
#include "records/tcp.hpp"

namespace millrace::cli {

/// Name of the socket of a running job in its checkpoint location.
inline constexpr const char* kControlSocket = "control.sock";

/// Lets other processes of the same user talk to this one through a Unix socket (mode 0600): each sends
/// one line and gets one back. A thread answers them one by one; who does not speak is hung up on.
class ControlServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  /// Makes `control.sock` in the folder; one that was left behind is replaced.
  static Result<std::unique_ptr<ControlServer>> listen(const std::string& folder, Answer answer);
  /// Waits for the answer under way and removes the socket.
  ~ControlServer();

 private:
  ControlServer(std::string path, Descriptor listener, Descriptor wake, Answer answer);
  void run();
  void serve(const Descriptor& client) const;

  const std::string path_;
  const Descriptor listener_;
  const Descriptor wake_;  // readable: end
  const Answer answer_;
  std::thread thread_;
};

/// Asks the job that has its checkpoint in the folder. Error (Unavailable): none runs there.
Result<std::string> ask_job(const std::string& folder, const std::string& request);

}  // namespace millrace::cli
