#include "tools/bench/suite/environment.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace millrace::bench {

namespace {

std::string first_line_of(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

/// The commit of the checkout that the program was built in, with a plus when there are changes; else "unknown".
std::string commit() {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  FILE* git = popen(("git -C '" + folder + "' describe --always --dirty=+ 2>/dev/null").c_str(), "r");
  if (git == nullptr) return "unknown";
  char text[64] = {};
  const bool is_there = std::fgets(text, sizeof text, git) != nullptr;
  pclose(git);
  const std::string line = text;
  return is_there ? line.substr(0, line.find('\n')) : "unknown";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[16] = {};
  std::tm utc{};
  std::strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&now, &utc));
  return text;
}

std::string kernel() {
  utsname name{};
  uname(&name);
  return name.release;
}

}  // namespace

nlohmann::json environment() {
  nlohmann::json result;
  result["processor"] = processor();
  result["cores"] = std::thread::hardware_concurrency();
  result["kernel"] = kernel();
  result["clock"] =
      first_line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  result["compiler"] = std::string("g++ ") + __VERSION__;
  result["date"] = today();
  result["commit"] = commit();
  result["load_before"] = first_line_of("/proc/loadavg");
  result["split"] =
      "generator on core 0, system under test on core 1; durable jobs over TCP: the system on the core that the disk does "
      "not interrupt";
  result["line"] = fmt::format(
      "commit {}, {} cores, {}, Linux {}, clock {}, {}, load before {}; {}",
      result["commit"].get<std::string>(), result["cores"].get<int>(), processor(), kernel(),
      result["clock"].get<std::string>(), result["compiler"].get<std::string>(),
      result["load_before"].get<std::string>(), result["split"].get<std::string>());
  return result;
}

}  // namespace millrace::bench
