#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "topology/analysis/analyzer.hpp"

namespace millrace::testing {

/// One program of tests/fixtures/spark/cases with what Spark did: see the README there.
struct GoldenCase {
  struct MicroBatch {
    std::int64_t id = 0;
    std::vector<std::string> lines;  // rows as JSON
    std::optional<std::int64_t> watermark_ms;
    bool has_output = true;
  };
  struct File {
    std::string put;   // below the case's work folder
    std::filesystem::path from;
    std::int64_t age_seconds = 0;
  };
  std::string name;  // topic/name
  std::vector<plan::WriteStream> outputs;  // one, to the format "golden"
  std::map<std::string, plan::NodePtr, NameLess> names;
  std::vector<std::vector<File>> steps;  // files to put, one group after another
  std::set<std::size_t> restart_before;  // steps
  std::map<std::string, std::string> conf;
  bool all_at_start = false;
  /// The first group of files is there before the query starts.
  bool first_step_at_start = false;
  bool available_now = false;
  bool exact_order = false;
  bool fails = false;
  /// What Spark said when the query died.
  std::string failure;
  std::vector<MicroBatch> batches;
};

/// Reads a case whose sources look for files below `work`. Aborts when the file is not in the form the
/// README describes.
GoldenCase read_golden_case(const std::filesystem::path& folder, const std::filesystem::path& work);
/// Folders of all cases, sorted.
std::vector<std::filesystem::path> golden_case_folders(const std::filesystem::path& cases);

}  // namespace millrace::testing
