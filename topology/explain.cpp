#include "topology/explain.hpp"

#include "topology/planning/plan_text.hpp"

#include <nlohmann/json.hpp>

namespace millrace {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ExecutionNode& node) {
  Json json{{"id", node.id},
            {"name", node.name},
            {"kind", node.kind},
            {"parallelism", node.parallelism},
            {"detail", node.detail}};
  for (const auto& field : node.output->fields) {
    json["columns"].push_back(
        {{"name", field.name}, {"type", field.type.to_string()}, {"nullable", field.nullable}});
  }
  if (const auto* sink = std::get_if<SinkSpec>(&node.spec))
    json["outputMode"] = mode_text(sink->mode);
  for (const auto& note : node.notes) json[note.topic] = note.text;
  return json;
}

Json json_of(const ExecutionEdge& edge, const ExecutionPlan& plan) {
  Json json{{"from", edge.from},
            {"to", edge.to},
            {"port", edge.port},
            {"partitioning", partitioning_text(edge.partitioning)}};
  if (!edge.keys.empty()) json["keys"] = key_names(edge, plan);
  json["watermark"] = edge.has_watermark;
  return json;
}

std::string to_json(const std::vector<plan::WriteStream>& outputs, const ExecutionPlan& plan,
                    const Settings& settings) {
  Json json{{"name", plan.name}, {"trigger", trigger_text(settings.trigger)}};
  json["logical"] = Json::array();
  for (const auto& output : outputs) {
    json["logical"].push_back({{"sink", output.name}, {"plan", plan::to_text(output.input)}});
  }
  json["nodes"] = Json::array();
  json["edges"] = Json::array();
  for (const auto& node : plan.nodes) json["nodes"].push_back(json_of(node));
  for (const auto& edge : plan.edges) json["edges"].push_back(json_of(edge, plan));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_tree(const std::vector<plan::WriteStream>& outputs, const ExecutionPlan& plan,
                    const Settings& settings) {
  std::string text = "== Logical plan ==\n";
  for (const auto& output : outputs) {
    text += output.name + " (" + (output.output_mode.empty() ? "append" : output.output_mode) +
            ")\n" + plan::to_text(output.input);
    if (text.back() != '\n') text += '\n';
  }
  text += "\n== Execution plan == trigger: " + trigger_text(settings.trigger) + "\n";
  return text + execution_tree(plan);
}

}  // namespace

std::optional<ExplainFormat> parse_explain_format(std::string_view text) {
  if (text == "tree") return ExplainFormat::Tree;
  if (text == "dot") return ExplainFormat::Dot;
  if (text == "mermaid") return ExplainFormat::Mermaid;
  if (text == "json") return ExplainFormat::Json;
  return std::nullopt;
}

std::string explain(const std::vector<plan::WriteStream>& outputs, const ExecutionPlan& plan,
                    const Settings& settings, ExplainFormat format) {
  switch (format) {
    case ExplainFormat::Tree: return to_tree(outputs, plan, settings);
    case ExplainFormat::Dot: return execution_dot(plan);
    case ExplainFormat::Mermaid: return execution_mermaid(plan);
    case ExplainFormat::Json: return to_json(outputs, plan, settings);
  }
  return {};
}

std::string trigger_text(const Trigger& trigger) {
  const auto interval = [&](const std::string& name) {
    const auto micros = trigger.interval.count();
    if (micros % 1'000'000 == 0) return name + " " + std::to_string(micros / 1'000'000) + " s";
    return name + " " + std::to_string(micros / 1000) + " ms";
  };
  switch (trigger.kind) {
    case Trigger::Kind::ProcessingTime:
      return trigger.interval.count() == 0 ? "as soon as possible" : interval("processingTime");
    case Trigger::Kind::Once: return "once";
    case Trigger::Kind::AvailableNow: return "availableNow";
    case Trigger::Kind::Continuous: return interval("continuous");
  }
  return {};
}

}  // namespace millrace
