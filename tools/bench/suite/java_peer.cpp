#include "tools/bench/suite/java_peer.hpp"

#include "tools/bench/child_process.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::bench {

const std::vector<JavaPeer>& java_peers() {
  static const std::vector<JavaPeer> peers{
      {.name = "Flink", .key = "flink", .program = "FlinkJobs", .jobs = {"J1", "J2", "J3", "J4"}},
      {.name = "Jet", .key = "jet", .program = "JetJobs", .jobs = {"J1", "J2", "J3", "J4"}},
      {.name = "Spark", .key = "spark", .program = "SparkJobs", .jobs = {"J1", "J3", "J4"}}};
  return peers;
}

const JavaPeer& java_peer(const std::string& name) {
  return *std::find_if(java_peers().begin(), java_peers().end(),
                       [&](const JavaPeer& peer) { return peer.name == name; });
}

ClassPath class_path_of(const JavaPeer& peer) {
  ChildProcess script({PEERS_FOLDER "/class_path", peer.key}, -1, true);
  std::string said = script.read_output();
  said = said.substr(0, said.find('\n'));
  return script.wait() == 0 ? ClassPath{said, ""} : ClassPath{"", "not installed: " + said};
}

std::vector<std::string> java_command(const std::string& class_path, const std::string& program) {
  std::vector<std::string> command{"/usr/bin/env", "java"};
  // What Spark and Flink open of the JDK for themselves when they are started by their own scripts.
  for (const char* package :
       {"java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio",
        "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch",
        "sun.nio.cs", "sun.security.action"})
    command.push_back(fmt::format("--add-opens=java.base/{}=ALL-UNNAMED", package));
  command.insert(command.end(), {"-Xmx4g", "-cp", class_path, program});
  return command;
}

}  // namespace millrace::bench
