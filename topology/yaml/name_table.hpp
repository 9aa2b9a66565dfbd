#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "topology/yaml/readers.hpp"

namespace millrace::yaml {

/// The names of a file's sources and operators and the nodes they stand for. A node is built when it
/// is first asked for, so that definitions may come in any order; circles are found on the way.
class NameTable {
 public:
  explicit NameTable(LoadContext& context) : context_(context) {}

  /// Declares the entries of `sources:` or `operators:`. Errors: a name twice, a name of odd characters.
  void declare(const YamlValue& map, bool are_sources);
  /// Same checks for a name that no node stands for (sinks).
  void reserve(const YamlValue& name);
  /// Builds all nodes; what is broken is left out.
  std::map<std::string, plan::NodePtr, NameLess> build_all();
  /// The node that `name` stands for; null after an error.
  plan::NodePtr find(const YamlValue& name);
  /// Warns of names that nothing reads.
  void warn_of_unused();

 private:
  enum class State { New, Open, Done };
  struct Entry {
    const YamlEntry* definition = nullptr;
    bool is_source = false;
    State state = State::New;
    bool is_used = false;
    plan::NodePtr node;
  };

  bool check_name(const YamlValue& name);
  plan::NodePtr build(const std::string& name, Entry& entry);
  plan::NodePtr read(Entry& entry);
  bool query_inputs_are_good(const YamlEntry& definition);
  void report_circle(const YamlValue& name);

  LoadContext& context_;
  std::map<std::string, Entry, NameLess> entries_;
  std::map<std::string, Origin, NameLess> taken_;
  std::vector<std::string> open_;
};

}  // namespace millrace::yaml
