#pragma once

#include "tests/topology/program.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::testing {

/// A topology file in a folder of its own, run by the program `millrace`: started, ended in good order
/// or killed, and started again, as often as a test likes. Ends the program at the end of its life.
class EngineJob {
 public:
  explicit EngineJob(const std::string& topology);
  ~EngineJob();

  /// Starts it with more arguments for `millrace run`.
  void start(const std::vector<std::string>& arguments = {});
  bool is_running() const { return program_ != nullptr; }
  /// SIGINT, then waits for the end.
  ProgramEnd stop();
  /// SIGKILL.
  void kill();
  /// Waits for the end.
  ProgramEnd end();

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Program> program_;
};

/// `{name: "value", ...}`: options as YAML writes them on one line, with more in front.
std::string yaml_map(const std::string& first, const std::map<std::string, std::string>& options);

}  // namespace millrace::testing
