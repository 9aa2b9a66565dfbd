#include "tools/fraud/engine_process.hpp"

#include "records/tcp.hpp"
#include "tests/support/catch.hpp"
#include "tools/fraud/scratch_folder.hpp"

#include <fcntl.h>
#include <poll.h>

#include <fstream>
#include <iterator>

namespace millrace::fraud {

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

}  // namespace millrace::fraud
