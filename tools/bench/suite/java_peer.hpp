#pragma once

#include <string>
#include <vector>

namespace millrace::bench {

/// Another engine with programs in tools/bench/peers.
struct JavaPeer {
  std::string name;  // Flink
  std::string key;   // what the script `class_path` calls it
  std::string
      program;  // for jobs over TCP: JOB tuned|default IN_PORT OUT_PORT [CHECKPOINT_MS FOLDER]
  std::vector<std::string> jobs;  // those it has
};
const std::vector<JavaPeer>& java_peers();
/// Requires: there is one of that name.
const JavaPeer& java_peer(const std::string& name);

/// A class path, or why the peer cannot be had.
struct ClassPath {
  std::string value, reason;
};
/// What the script `class_path` prints: gets jars and compiles if needed.
ClassPath class_path_of(const JavaPeer& peer);

/// The command that runs a program of theirs; its arguments follow.
std::vector<std::string> java_command(const std::string& class_path, const std::string& program);

}  // namespace millrace::bench
