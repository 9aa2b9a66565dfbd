#include "topology/planning/plan_notes.hpp"

#include "expressions/keeps_values.hpp"
#include "records/interval_text.hpp"
#include "topology/planning/operator_factory.hpp"
#include "topology/planning/over_planning.hpp"
#include "topology/planning/table_source.hpp"

#include <cstdlib>
#include <set>

namespace millrace {
namespace {

using resolved::Step;

std::string duration(std::int64_t micros) {
  std::string text;
  append_interval(text, {0, 0, micros});
  return text;
}

std::string emit_text(const EmitPolicy& policy) {
  switch (policy.mode) {
    case OutputMode::Complete: return "all groups, when an epoch ends";
    case OutputMode::Update:
      return policy.at_marker ? "each touched group once, when an epoch ends"
                              : "each touched group, after each batch of input";
    case OutputMode::Append:
      return policy.at_marker ? "a group once, when an epoch ends whose watermark reached it"
                              : "a group once, when the watermark reaches it";
  }
  return {};
}

std::string delay_text(const Step& step, int column) {
  const auto delay = step.event_time[std::size_t(column)];
  return delay ? "watermark delay " + duration(*delay) : "watermark";
}

std::string aggregate_state(const resolved::Aggregate& aggregate, const Step& step,
                            const EmitPolicy& policy) {
  const std::string growth = growth_of(aggregate.aggregates);
  if (aggregate.keys.empty())
    return growth.empty() ? "one group" : "UNBOUNDED: one group, which keeps " + growth;
  if (policy.mode == OutputMode::Complete) {
    return "UNBOUNDED: complete mode keeps every group";
  }
  if (aggregate.event_time_key < 0) {
    return "UNBOUNDED: no grouping column has a watermark, so no group is ever final";
  }
  const auto& name = (*step.schema)[std::size_t(aggregate.event_time_key)].name;
  const bool is_sliced = sliced_window(step, policy.mode) != nullptr;
  return (is_sliced ? "a slice stays until the watermark reaches its last `"
                    : "a group stays until the watermark reaches its `") +
         name + "` (" +
         delay_text(step, aggregate.event_time_key) + ")" +
         (growth.empty() ? "" : "; it keeps " + growth);
}

std::string duplicates_state(const resolved::Deduplicate& duplicates, const Step& step) {
  if (duplicates.within_watermark) {
    return "a key stays until the watermark reaches its first row's time plus " +
           duration(duplicates.delay_micros);
  }
  if (duplicates.event_time_is_key) {
    const auto& name = (*step.schema)[std::size_t(duplicates.event_time)].name;
    return "a key stays until the watermark reaches its `" + name + "` (" +
           delay_text(step, duplicates.event_time) + ")";
  }
  return "UNBOUNDED: no watermarked column among the keys, so every key is kept";
}

std::string rows_of(const std::string& side, const std::optional<JoinLimit>& limit) {
  if (!limit) return side + " rows: UNBOUNDED, no bound on the time between partners";
  if (limit->is_key) return side + " rows stay until the watermark reaches their key";
  const std::int64_t offset = -limit->offset_micros;
  std::string text = side + " rows stay until the watermark passes their time";
  if (offset != 0) text += (offset > 0 ? " plus " : " minus ") + duration(std::abs(offset));
  return text;
}

std::string table_state(const Step& step) {
  if (!step.streaming) return "the table, read once when the job starts";
  const std::string reload = reload_text(*step.inputs[std::size_t(table_port(step))]);
  return "the table, read " + (reload.empty() ? "once when the job starts" : "when the job starts, " + reload);
}

std::vector<PlanNote> join_notes(const resolved::Join& join, const Step& step) {
  if (!join.is_stream_stream) return {{"state", table_state(step)}};
  std::string emits = "each pair, at once";
  if (join.type == JoinType::LeftSemi) emits = "a left row at its first partner";
  const bool keeps = keeps_left(join.type) || keeps_right(join.type);
  if (keeps) emits += "; a row without partner when it leaves the state";
  return {{"emits", emits},
          {"state", rows_of("left", join.left.limit)},
          {"state", rows_of("right", join.right.limit)}};
}

/// Sources whose rows are gone once they were read.
void collect_unrepeatable(const Step& step, std::set<std::string>& formats) {
  const auto* read = std::get_if<resolved::Read>(&step.kind);
  if (read && !read->source.repeatable) formats.insert(read->format);
  for (const auto& input : step.inputs) collect_unrepeatable(*input, formats);
}

}  // namespace

std::string growth_of(const std::vector<BoundAggregate>& calls) {
  std::string text;
  for (const BoundAggregate& call : calls) {
    const auto* kept = dynamic_cast<const KeepsValues*>(call.function.get());
    if (kept && kept->which() == KeepsValues::Which::All) return "every value";
    if (kept) text = "every distinct value";
  }
  return text;
}

std::vector<PlanNote> notes_of(const Step& step, const EmitPolicy& policy) {
  if (const auto* aggregate = std::get_if<resolved::Aggregate>(&step.kind)) {
    return {{"emits", emit_text(policy)}, {"state", aggregate_state(*aggregate, step, policy)}};
  }
  if (const auto* duplicates = std::get_if<resolved::Deduplicate>(&step.kind)) {
    return {{"emits", "the first row of a key, at once"},
            {"state", duplicates_state(*duplicates, step)}};
  }
  if (std::holds_alternative<resolved::TransformWithState>(step.kind)) {
    return {{"emits", "what the processor puts out, at once"},
            {"state", "UNBOUNDED unless the processor clears it, or gives it a time to live"}};
  }
  if (over_keys(step)) return over_notes(step);
  if (const auto* join = std::get_if<resolved::Join>(&step.kind)) return join_notes(*join, step);
  if (std::holds_alternative<resolved::Sort>(step.kind)) {
    return {{"emits", "all rows in order, when an epoch ends"}, {"state", "the rows of one epoch"}};
  }
  if (std::holds_alternative<resolved::Limit>(step.kind)) return {{"state", "one counter"}};
  if (std::holds_alternative<resolved::Watermark>(step.kind) && step.options.find("partitionBy"))
    return {{"state", "the time of each partition that is not idle"}};
  return {};
}

namespace {

std::string durable_text(const resolved::Output& output, const EmitPolicy& policy,
                         const Settings& settings) {
  if (!policy.at_marker && !settings.aligned)
    return "at least once: with alignment none a restart may count an input twice in the state";
  if (!output.sink.guarantee.empty()) return output.sink.guarantee;
  if (output.sink.shows_by_epoch)
    return "exactly once: files of an epoch are hidden until it is prepared and count when its "
           "manifest in _spark_metadata is written";
  if (policy.at_marker)
    return "at least once: after a crash the last epoch may be written again, with the same rows "
           "and the same number";
  if (output.wants_committed)
    return "at least once, and never a row that is computed again: rows leave when their epoch has "
           "committed; a crash in that moment writes the epoch again";
  return "at least once: rows leave at once, and after a crash those behind the last checkpoint "
         "are made again from the same input; state counts each input once";
}

}  // namespace

PlanNote guarantee_of(const resolved::Output& output, const EmitPolicy& policy,
                      const Settings& settings) {
  std::set<std::string> unrepeatable;
  collect_unrepeatable(*output.input, unrepeatable);
  std::string text = settings.durable
                         ? durable_text(output, policy, settings)
                         : "each row once while the job runs; without checkpointLocation a "
                           "restart begins anew";
  if (!unrepeatable.empty())
    text += ", and a socket cannot replay what was read from it since the last checkpoint";
  return {"guarantee", text};
}

}  // namespace millrace
