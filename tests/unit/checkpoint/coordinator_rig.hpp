#pragma once

#include "checkpoint/epoch_coordinator.hpp"

#include <string>

/// What tests of the coordinator have in common: node 0 is a source, node 1 a sink, and actions are read
/// as text.
namespace millrace::test {

struct Describe {
  std::string operator()(const AskLatestOffsets&) const { return "ask"; }
  std::string operator()(const FreezeEnds&) const { return "freeze"; }
  std::string operator()(const StartEpoch& a) const {
    return "start " + std::to_string(number(a.epoch)) +
           (a.watermark ? " w" + std::to_string(*a.watermark) : "") + (a.is_last ? " last" : "");
  }
  std::string operator()(const WritePlan& a) const {
    return "write plan " + std::to_string(number(a.plan.epoch));
  }
  std::string operator()(const WriteCommit& a) const {
    return "write commit " + std::to_string(number(a.epoch)) +
           (a.watermark ? " w" + std::to_string(*a.watermark) : "");
  }
  std::string operator()(const Fail&) const { return "fail"; }
  std::string operator()(const InjectMarker& a) const {
    return "inject " + std::to_string(number(a.epoch));
  }
  std::string operator()(const SkipTrigger&) const { return "skip"; }
  std::string operator()(const CommitEpoch& a) const {
    return "commit " + std::to_string(number(a.epoch));
  }
  std::string operator()(const AcknowledgeEpoch& a) const {
    return "acknowledge " + std::to_string(number(a.summary.epoch));
  }
  std::string operator()(const WakeAt& a) const { return "wake " + std::to_string(a.micros); }
  std::string operator()(const Finish&) const { return "finish"; }
  std::string operator()(const Warn&) const { return "warn"; }
};

inline std::string text(const CoordinatorActions& actions) {
  std::string out;
  for (const CoordinatorAction& action : actions)
    out += (out.empty() ? "" : ", ") + std::visit(Describe{}, action);
  return out;
}

inline CoordinatorOptions one_source(Trigger::Kind kind, std::int64_t interval = 0) {
  CoordinatorOptions options;
  options.trigger = {kind, std::chrono::microseconds(interval)};
  options.source_nodes = {0};
  options.num_subtasks = 2;
  options.num_sinks = 1;
  return options;
}

inline SubtaskReport report(int node, std::int64_t epoch) {
  SubtaskReport out;
  out.node = node;
  out.epoch = Epoch{epoch};
  if (node == 1) out.token = "t";
  return out;
}

inline SubtaskReport with_watermark(SubtaskReport out, std::int64_t watermark) {
  out.event_time = EventTimeReport{1, 0, 0, 0, watermark};
  return out;
}

inline CoordinatorOptions durable(CoordinatorOptions options) {
  options.durable = true;
  return options;
}

/// Epoch 6 was the last that committed.
inline CoordinatorOptions restarted(CoordinatorOptions options) {
  options = durable(std::move(options));
  options.restart = CoordinatorStart{Epoch{6}, {}, {}, {}, {}};
  return options;
}


}  // namespace millrace::test
