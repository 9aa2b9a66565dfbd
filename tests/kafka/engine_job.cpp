#include "tests/kafka/engine_job.hpp"

#include <nlohmann/json.hpp>
#include <stdlib.h>

#include <csignal>
#include <fstream>

namespace millrace::testing {

EngineJob::EngineJob(const std::string& topology) {
  std::string pattern = (std::filesystem::temp_directory_path() / "millrace-job-XXXXXX").string();
  folder_ = ::mkdtemp(pattern.data());
  std::ofstream(folder_ / "job.yaml") << topology;
}

EngineJob::~EngineJob() {
  program_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void EngineJob::start(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"run", (folder_ / "job.yaml").string(), "--progress", "off"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  program_ = std::make_unique<Program>(all);
}

ProgramEnd EngineJob::stop() {
  program_->send_signal(SIGINT);
  return end();
}

void EngineJob::kill() {
  program_->send_signal(SIGKILL);
  (void)end();
}

ProgramEnd EngineJob::end() {
  const ProgramEnd end = program_->end();
  program_.reset();
  return end;
}

std::string yaml_map(const std::string& first, const std::map<std::string, std::string>& options) {
  std::string text = "{" + first;
  for (const auto& [name, value] : options)
    text += ", \"" + name + "\": " + nlohmann::json(value).dump();
  return text + "}";
}

}  // namespace millrace::testing
