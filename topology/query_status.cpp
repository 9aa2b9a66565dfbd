#include "topology/query_status.hpp"

#include "metrics/progress.hpp"

#include <algorithm>
#include <utility>

namespace millrace {
namespace {

std::string first_source(const ExecutionPlan& plan) {
  for (const ExecutionNode& node : plan.nodes)
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) return source->description;
  return {};
}

const char* json_bool(bool truth) { return truth ? "true" : "false"; }

}  // namespace

std::string to_json(const QueryStatus& status) {
  return "{\"message\":" + json_string(status.message) +
         ",\"isDataAvailable\":" + json_bool(status.is_data_available) +
         ",\"isTriggerActive\":" + json_bool(status.is_trigger_active) + "}";
}

QueryStatusReport::QueryStatusReport(const ExecutionPlan& plan)
    : asking_("Getting offsets from " + first_source(plan)) {}

void QueryStatusReport::take(const CoordinatorAction& action) {
  std::visit([this](const auto& what) { follow(what); }, action);
}

// The next epoch may be planned while one is under way, which says more about the query.
void QueryStatusReport::follow(const AskLatestOffsets&) {
  waits_ = false;
  if (num_open_ == 0) status_ = {asking_, false, true};
}

void QueryStatusReport::follow(const StartEpoch& start) {
  is_idle_ = false;
  ++num_open_;
  const bool has_new_data = std::exchange(ends_, start.ends) != start.ends;
  status_ = {"Processing new data", has_new_data, true};
}

void QueryStatusReport::follow(const SkipTrigger&) {
  is_idle_ = true;
  status_ = {"Waiting for data to arrive", false, false};
}

void QueryStatusReport::follow(const AcknowledgeEpoch& done) {
  num_open_ = std::max(0, num_open_ - 1);
  status_.is_trigger_active = num_open_ > 0;
  if (!in_epochs_)
    status_.message = "Committing epoch " + std::to_string(number(done.summary.epoch));
  else if (waits_ && num_open_ == 0)
    status_.message = "Waiting for next trigger";
}

// Follows the end of an epoch or of an idle trigger; continuous jobs have no triggers.
void QueryStatusReport::follow(const WakeAt&) {
  waits_ = in_epochs_ && !is_idle_;
  if (waits_ && num_open_ == 0) status_.message = "Waiting for next trigger";
}

void QueryStatusReport::take_end(const std::optional<Error>& failure) {
  status_ = {failure ? "Terminated with exception: " + failure->message : "Stopped", false, false};
}

}  // namespace millrace
