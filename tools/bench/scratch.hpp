#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "records/check.hpp"

namespace millrace::bench {

/// A folder for topology files and data that goes when the figure is printed.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& below = std::filesystem::temp_directory_path()) {
    std::string name = (below / "millrace-bench-XXXXXX").string();
    MILLRACE_CHECK(mkdtemp(name.data()) != nullptr, "no folder for temporary files");
    path_ = name;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace millrace::bench
