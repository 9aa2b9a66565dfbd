#include "tools/fraud/engine_process.hpp"

#include "records/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tools/fraud/scratch_folder.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace millrace::fraud {

namespace {

/// A process that starts `command` as its engine, and then neither ends nor waits for it.
pid_t start_supervisor(const std::vector<std::string>& command, const std::string& log) {
  int started[2];
  REQUIRE(::pipe(started) == 0);
  const Descriptor tells(started[1]), hears(started[0]);
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    EngineProcess engine(command, log);
    engine.start();
    (void)!::write(tells.get(), "x", 1);
    for (;;) ::pause();
  }
  char byte;
  REQUIRE(::read(hears.get(), &byte, 1) == 1);
  return supervisor;
}

}  // namespace

TEST_CASE("an engine's process holds nothing that is open here, so that what we close is closed") {
  const ScratchFolder folder;
  const std::string log = folder.path() + "/log";
  constexpr int kMark = 200;
  const Descriptor opened(::open("/dev/null", O_RDONLY));
  const Descriptor inheritable(::fcntl(opened.get(), F_DUPFD, kMark));

  EngineProcess process({"/bin/ls", "/proc/self/fd"}, log);
  process.start();
  while (!process.has_died()) ::poll(nullptr, 0, 1);

  std::ifstream file(log);
  const std::string listed{std::istreambuf_iterator<char>(file), {}};
  CHECK(listed.find("2\n") != std::string::npos);
  CHECK(listed.find(std::to_string(inheritable.get())) == std::string::npos);
}

TEST_CASE("an engine's process ends when its supervisor is killed") {
  const ScratchFolder folder;
  // So that the engine becomes a child of this process, which can then wait for it.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t supervisor = start_supervisor({"/bin/sleep", "20"}, folder.path() + "/log");

  ::kill(supervisor, SIGKILL);

  REQUIRE(::waitpid(supervisor, nullptr, 0) == supervisor);
  int status = 0;
  REQUIRE(::wait(&status) > 0);
  const bool slept_to_its_end = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  CHECK_FALSE(slept_to_its_end);
}

}  // namespace millrace::fraud
