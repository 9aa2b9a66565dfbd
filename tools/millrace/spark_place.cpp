#include "spark_place.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace millrace::cli {
namespace {

constexpr const char* kFix = "tools/setup --with spark";
constexpr const char* kInstalled = "/millrace/spark-4.3.0/bin/python";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_program(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

/// The program of that name in a folder of PATH, or empty.
std::string in_path(const std::string& name) {
  const std::string path = environment("PATH");
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string candidate = path.substr(start, end - start) + "/" + name;
    if (is_program(candidate)) return candidate;
    start = end + 1;
  }
  return "";
}

bool has_java() {
  const std::string home = environment("JAVA_HOME");
  return !in_path("java").empty() || (!home.empty() && is_program(home + "/bin/java"));
}

std::string cache_folder() {
  const std::string cache = environment("XDG_CACHE_HOME");
  return cache.empty() ? environment("HOME") + "/.cache" : cache;
}

bool has_pyspark(const std::string& python) {
  const std::string command = "'" + python +
                              "' -c 'import importlib.util as u, sys; "
                              "sys.exit(u.find_spec(\"pyspark\") is None)' >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

std::string find_python() {
  if (const std::string named = environment("MILLRACE_SPARK_PYTHON"); !named.empty())
    return is_program(named) && has_pyspark(named) ? named : "";
  const std::string installed = cache_folder() + kInstalled;
  if (is_program(installed)) return installed;
  const std::string python = in_path("python3");
  return !python.empty() && has_pyspark(python) ? python : "";
}

}  // namespace

Result<SparkPlace> find_spark() {
  SparkPlace place{find_python()};
  if (place.python.empty())
    return make_error(ErrorKind::Unavailable, "spark: PySpark is not installed", kFix);
  if (!has_java()) return make_error(ErrorKind::Unavailable, "spark: Java is not installed", kFix);
  return place;
}

}  // namespace millrace::cli
