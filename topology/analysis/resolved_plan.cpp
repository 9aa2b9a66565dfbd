#include "topology/analysis/resolved_plan.hpp"

namespace millrace::resolved {
namespace {

struct KindName {
  std::string operator()(const Read& read) const { return read.format; }
  std::string operator()(const Project&) const { return "project"; }
  std::string operator()(const Filter&) const { return "filter"; }
  std::string operator()(const Explode&) const { return "explode"; }
  std::string operator()(const Expand&) const { return "expand"; }
  std::string operator()(const Aggregate& aggregate) const {
    return aggregate.session_key >= 0 ? "session_aggregate" : "aggregate";
  }
  std::string operator()(const RunningAggregate&) const { return "over"; }
  std::string operator()(const FrameAggregate&) const { return "over"; }
  std::string operator()(const Lag&) const { return "lag"; }
  std::string operator()(const Lead&) const { return "lead"; }
  std::string operator()(const TopRows&) const { return "top_rows"; }
  std::string operator()(const AssignWindow&) const { return "window"; }
  std::string operator()(const Watermark&) const { return "watermark"; }
  std::string operator()(const Deduplicate&) const { return "deduplicate"; }
  std::string operator()(const TransformWithState&) const { return "transform_with_state"; }
  std::string operator()(const Union&) const { return "union"; }
  std::string operator()(const Join&) const { return "join"; }
  std::string operator()(const Sort&) const { return "sort"; }
  std::string operator()(const Limit&) const { return "limit"; }
};

struct Stateful {
  bool operator()(const Read&) const { return false; }
  bool operator()(const Project&) const { return false; }
  bool operator()(const Filter&) const { return false; }
  bool operator()(const Explode&) const { return false; }
  bool operator()(const Expand&) const { return false; }
  bool operator()(const Aggregate&) const { return true; }
  bool operator()(const RunningAggregate&) const { return true; }
  bool operator()(const FrameAggregate&) const { return true; }
  bool operator()(const Lag&) const { return true; }
  bool operator()(const Lead&) const { return true; }
  bool operator()(const TopRows&) const { return true; }
  bool operator()(const AssignWindow&) const { return false; }
  bool operator()(const Watermark&) const { return false; }
  bool operator()(const Deduplicate&) const { return true; }
  bool operator()(const TransformWithState&) const { return true; }
  bool operator()(const Union&) const { return false; }
  bool operator()(const Join& join) const { return join.is_stream_stream; }
  bool operator()(const Sort&) const { return false; }
  bool operator()(const Limit&) const { return true; }
};

}  // namespace

std::string kind_name(const Step& step) { return std::visit(KindName{}, step.kind); }

const SchemaPtr& written_schema(const Step& step, bool late_records) {
  if (!late_records) return step.schema;
  const auto* join = std::get_if<Join>(&step.kind);
  return join ? join->pairs : step.inputs.front()->schema;
}

int event_time_column(const Step& step) {
  for (std::size_t i = 0; i < step.event_time.size(); ++i) {
    if (step.event_time[i]) return int(i);
  }
  return -1;
}

bool is_stateful(const Step& step) { return std::visit(Stateful{}, step.kind); }

}  // namespace millrace::resolved
