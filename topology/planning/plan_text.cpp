#include "topology/planning/plan_text.hpp"

#include <set>

namespace millrace {
namespace {

std::string title(const ExecutionNode& node) {
  std::string text = node.name + ": " + node.kind;
  if (const auto* sink = std::get_if<SinkSpec>(&node.spec))
    text += " [" + mode_text(sink->mode) + "]";
  if (!node.detail.empty()) text += " (" + node.detail + ")";
  if (node.parallelism > 1) text += " x" + std::to_string(node.parallelism);
  return text;
}

std::string edge_label(const ExecutionEdge& edge, const ExecutionPlan& plan) {
  if (edge.comes_first) return "table";
  std::string text = (edge.is_late ? "late rows, " : "") + partitioning_text(edge.partitioning);
  std::string keys;
  for (const auto& key : key_names(edge, plan)) keys += (keys.empty() ? "" : ", ") + key;
  return keys.empty() ? text : text + "(" + keys + ")";
}

class TreePrinter {
 public:
  explicit TreePrinter(const ExecutionPlan& plan) : plan_(plan) {}

  std::string print() {
    for (const auto& node : plan_.nodes) {
      if (std::holds_alternative<SinkSpec>(node.spec)) print_node(node, "", "");
    }
    return std::move(text_);
  }

 private:
  void print_node(const ExecutionNode& node, const std::string& indent, const std::string& edge) {
    const bool is_known = !shown_.insert(node.id).second;
    text_ += indent + edge + (is_known ? node.name + " (see above)" : title(node)) + "\n";
    if (is_known) return;
    const std::string below = indent + (edge.empty() ? "" : "   ");
    for (const auto& note : node.notes) {
      text_ += below + "   " + note.topic + ": " + note.text + "\n";
    }
    for (const auto& input : plan_.edges) {
      if (input.to != node.id) continue;
      print_node(plan_.nodes[std::size_t(input.from)], below,
                 "+- " + edge_label(input, plan_) + " <- ");
    }
  }

  const ExecutionPlan& plan_;
  std::string text_;
  std::set<int> shown_;
};

/// Text between double quotes in dot and mermaid.
std::string quoted(const std::string& text, const char* quote) {
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '"') {
      escaped += quote;
    } else if (c == '\\') {
      escaped += "\\\\";
    } else {
      escaped += c == '\n' ? ' ' : c;
    }
  }
  return escaped + "\"";
}

}  // namespace

std::string partitioning_text(Partitioning partitioning) {
  switch (partitioning) {
    case Partitioning::Forward: return "forward";
    case Partitioning::Rebalance: return "rebalance";
    case Partitioning::Hash: return "hash";
    case Partitioning::Broadcast: return "broadcast";
  }
  return {};
}

std::string mode_text(OutputMode mode) {
  switch (mode) {
    case OutputMode::Append: return "append";
    case OutputMode::Update: return "update";
    case OutputMode::Complete: return "complete";
  }
  return {};
}

std::vector<std::string> key_names(const ExecutionEdge& edge, const ExecutionPlan& plan) {
  const Schema& schema = *plan.nodes[std::size_t(edge.from)].output;
  std::vector<std::string> names;
  for (const auto& key : edge.keys) {
    const int column = key->column_index();
    names.push_back(column < 0 ? "<expression>" : schema[std::size_t(column)].name);
  }
  return names;
}

std::string execution_tree(const ExecutionPlan& plan) { return TreePrinter(plan).print(); }

std::string execution_dot(const ExecutionPlan& plan) {
  std::string text =
      "digraph " + quoted(plan.name, "\\\"") + " {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const auto& node : plan.nodes) {
    text += "  n" + std::to_string(node.id) + " [label=" + quoted(title(node), "\\\"") + "];\n";
  }
  for (const auto& edge : plan.edges) {
    text += "  n" + std::to_string(edge.from) + " -> n" + std::to_string(edge.to) +
            " [label=" + quoted(edge_label(edge, plan), "\\\"") + "];\n";
  }
  return text + "}\n";
}

std::string execution_mermaid(const ExecutionPlan& plan) {
  std::string text = "flowchart LR\n";
  for (const auto& node : plan.nodes) {
    text += "  n" + std::to_string(node.id) + "[" + quoted(title(node), "#quot;") + "]\n";
  }
  for (const auto& edge : plan.edges) {
    text += "  n" + std::to_string(edge.from) + " -->|" + quoted(edge_label(edge, plan), "#quot;") +
            "| n" + std::to_string(edge.to) + "\n";
  }
  return text;
}

}  // namespace millrace
