#pragma once

#include <map>
#include <set>
#include <string>

#include "topology/analysis/analyzer.hpp"
#include "topology/plan/node.hpp"
#include "topology/spark/program_parts.hpp"
#include "topology/spark/python_text.hpp"

namespace millrace::spark {

using Views = std::map<std::string, plan::NodePtr, NameLess>;

/// Writes plan nodes as data frames: each name of the topology becomes a variable, what stands between
/// two names a chain of methods. The plan is one without mistakes that `find_refusals` lets pass.
class FrameWriter {
 public:
  FrameWriter(const Views& views, ProgramParts& parts) : views_(views), parts_(parts) {}

  /// The data frame of a node. The names that it reads are defined before.
  Chain frame(const plan::NodePtr& node);
  /// The definitions so far, a paragraph each, in an order in which each finds what it reads.
  const std::string& definitions() const { return definitions_; }

 private:
  struct NodeText;

  Chain named(const std::string& name, const plan::Node& node);
  Chain query(const plan::SqlQuery& query);
  Chain table(const std::string& name);

  const Views& views_;
  ProgramParts& parts_;
  std::set<std::string, NameLess> defined_;
  std::set<std::string, NameLess> temporary_views_;
  std::string definitions_;
};

}  // namespace millrace::spark
