#pragma once

#include <filesystem>
#include <string>

namespace millrace::testing {

/// A copy of examples/ whose data files are as old as the order of their names says, which is the order in
/// which a file source takes them; a checkout may write them in any order, and which rows are late depends
/// on it. Gone with the object.
class ExamplesFolder {
 public:
  ExamplesFolder();
  ~ExamplesFolder();
  ExamplesFolder(const ExamplesFolder&) = delete;
  ExamplesFolder& operator=(const ExamplesFolder&) = delete;

  /// The topology file of this name.
  std::string file(const std::string& name) const { return (path_ / (name + ".yaml")).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace millrace::testing
