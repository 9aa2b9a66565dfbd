#include "tests/topology/examples_folder.hpp"

#include "records/check.hpp"

#include <stdlib.h>

#include <chrono>
#include <set>

namespace millrace::testing {

namespace fs = std::filesystem;

ExamplesFolder::ExamplesFolder() {
  std::string name = (fs::temp_directory_path() / "millrace-examples-XXXXXX").string();
  MILLRACE_CHECK(::mkdtemp(name.data()) != nullptr, "a folder for the examples");
  path_ = name;
  fs::copy("examples", path_, fs::copy_options::recursive);
  std::set<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path_ / "data"))
    if (entry.is_regular_file()) files.insert(entry.path());
  const std::chrono::sys_seconds first =
      std::chrono::sys_days(std::chrono::year(2024) / std::chrono::January / 1);
  fs::file_time_type time = fs::file_time_type::clock::from_sys(first);
  for (const fs::path& file : files) fs::last_write_time(file, time += std::chrono::seconds(1));
}

ExamplesFolder::~ExamplesFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace millrace::testing
