#include "topology/analysis/legality.hpp"

#include "expressions/expression_errors.hpp"
#include "topology/analysis/join_legality.hpp"
#include "topology/analysis/resolve_sink.hpp"
#include "topology/analysis/strict_triggers.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace millrace {
namespace {

using resolved::Step;
using resolved::StepPtr;

template <class Kind>
const Kind* as(const Step& step) {
  return std::get_if<Kind>(&step.kind);
}

Error config_error(std::string message, std::string fix) {
  return make_error(ErrorKind::Config, std::move(message), std::move(fix));
}

Error unsupported_mode(OutputMode mode, const std::string& operation, std::string fix) {
  Error error = spark_error("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE",
                            "Invalid streaming output mode: " + mode_name(mode) +
                                ". This output mode is not supported for " + operation +
                                " on streaming DataFrames/DataSets.");
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

/// All steps below the sink, each once, the sink's own first (Spark looks from the top).
std::vector<StepPtr> steps_below(const StepPtr& root) {
  std::vector<StepPtr> steps;
  std::set<const Step*> seen;
  const std::function<void(const StepPtr&)> visit = [&](const StepPtr& step) {
    if (!seen.insert(step.get()).second) return;
    steps.push_back(step);
    for (const auto& input : step->inputs) visit(input);
  };
  visit(root);
  return steps;
}

bool is_streaming_aggregate(const StepPtr& step) {
  return as<resolved::Aggregate>(*step) && step->streaming;
}

class Checker {
 public:
  Checker(const resolved::Output& output, const Settings& settings, std::vector<Error>& errors)
      : output_(output),
        mode_(output.mode),
        origin_(output.origin),
        settings_(settings),
        errors_(errors),
        steps_(steps_below(output.input)) {
    for (const auto& step : steps_) {
      if (is_streaming_aggregate(step)) aggregates_.push_back(step);
    }
  }

  void run() {
    if (is_strict() && settings_.real_time) check_real_time_mode();
    check_join_modes();
    check_chain();
    check_mode();
    for (const auto& step : steps_) check_step(*step);
    if (is_strict()) check_trigger();
  }

 private:
  void fail(Error error, const Origin& origin) {
    if (error.origin.line == 0) error.origin = origin;
    errors_.push_back(std::move(error));
  }

  /// Whether Spark's lists of what a trigger allows hold.
  bool is_strict() const {
    return settings_.spark_strict && settings_.trigger.is_continuous() &&
           steps_.front()->streaming;
  }

  void check_real_time_mode() {
    if (auto refusal = real_time_mode_refusal(mode_)) fail(std::move(*refusal), origin_);
  }

  void check_trigger() {
    auto refusals = settings_.real_time ? real_time_source_refusals(steps_)
                                        : continuous_refusals(output_, steps_, settings_);
    for (Error& refusal : refusals) fail(std::move(refusal), origin_);
  }

  /// Without an aggregation complete mode is refused for that reason (check_mode).
  void check_join_modes() {
    if (mode_ == OutputMode::Complete && aggregates_.empty()) return;
    for (const auto& step : steps_) {
      if (!as<resolved::Join>(*step)) continue;
      if (auto refusal = join_mode_refusal(*step, mode_)) fail(std::move(*refusal), step->origin);
    }
  }

  void check_join(const Step& step) {
    if (auto refusal = join_refusal(step)) fail(std::move(*refusal), step.origin);
  }

  /// A stateful step above one that gives rows older than the watermark.
  void check_chain() {
    for (const auto& step : steps_) {
      if (!step->streaming || !resolved::is_stateful(*step) || as<resolved::Limit>(*step)) continue;
      for (const auto& input : step->inputs) {
        if (!emits_late_rows_below(input)) continue;
        fail(correctness_error(), step->origin);
        return;
      }
    }
  }

  bool emits_late_rows_below(const StepPtr& input) const {
    const auto below = steps_below(input);
    const bool has_top_rows = std::any_of(below.begin(), below.end(), [](const StepPtr& step) {
      return as<resolved::TopRows>(*step) && step->streaming;
    });
    if (mode_ == OutputMode::Append || has_top_rows) return has_top_rows;
    return std::any_of(below.begin(), below.end(), is_streaming_aggregate);
  }

  static Error correctness_error() {
    return config_error(
        "Detected pattern of possible 'correctness' issue due to global watermark. The query "
        "contains stateful operation which can emit rows older than the current watermark plus "
        "allowed late record delay, which are \"late rows\" in downstream stateful operations and "
        "these rows can be discarded. Please refer the programming guide doc for more details. If "
        "you understand the possible risk of correctness issue and still need to run the query, "
        "you can disable this check by setting the config "
        "`spark.sql.streaming.statefulOperator.checkCorrectness.enabled` to false.",
        "use append mode, or aggregate once");
  }

  void check_mode() {
    if (!steps_.front()->streaming) return;
    if (aggregates_.empty()) {
      if (mode_ != OutputMode::Complete) return;
      return fail(unsupported_mode(mode_, "no streaming aggregations", "use append mode"), origin_);
    }
    const auto& first = std::get<resolved::Aggregate>(aggregates_.front()->kind);
    if (mode_ == OutputMode::Append && first.event_time_key < 0) {
      fail(unsupported_mode(mode_, "streaming aggregations without watermark",
                            "use update or complete mode, or declare a watermark on a timestamp "
                            "and group by it or a window of it"),
           origin_);
    }
    if (mode_ == OutputMode::Update && has_session()) {
      fail(unsupported_mode(mode_, "session window streaming aggregations",
                            "use append or complete mode"),
           origin_);
    }
  }

  bool has_session() const {
    return std::any_of(aggregates_.begin(), aggregates_.end(), [](const StepPtr& step) {
      return std::get<resolved::Aggregate>(step->kind).session_key >= 0;
    });
  }

  void check_step(const Step& step) {
    if (!step.streaming) return;
    if (const auto* aggregate = as<resolved::Aggregate>(step)) check_aggregate(*aggregate, step);
    if (const auto* duplicates = as<resolved::Deduplicate>(step))
      check_duplicates(*duplicates, step);
    if (as<resolved::TransformWithState>(step)) check_transform(step);
    if (as<resolved::Sort>(step)) check_sort(step);
    if (as<resolved::TopRows>(step)) check_top_rows(step);
    if (as<resolved::Limit>(step)) check_limit(step);
    if (as<resolved::Union>(step)) check_union(step);
    if (as<resolved::Join>(step)) check_join(step);
  }

  void check_aggregate(const resolved::Aggregate& aggregate, const Step& step) {
    if (aggregate.session_key < 0 || aggregate.keys.size() > 1) return;
    fail(config_error("Global aggregation with session window in streaming query is not supported.",
                      "group by another column beside the session window"),
         step.origin);
  }

  void check_duplicates(const resolved::Deduplicate& duplicates, const Step& step) {
    if (!duplicates.within_watermark || duplicates.event_time >= 0) return;
    fail(config_error("dropDuplicatesWithinWatermark is not supported on streaming "
                      "DataFrames/DataSets without watermark",
                      "declare a watermark before it"),
         step.origin);
  }

  void check_transform(const Step& step) {
    if (mode_ != OutputMode::Complete || aggregates_.empty()) return;
    fail(unsupported_mode(mode_, "transformWithState", "use append or update mode"), step.origin);
  }

  void check_sort(const Step& step) {
    const bool is_over_aggregate = steps_have_aggregate(step);
    if (mode_ == OutputMode::Complete && is_over_aggregate && !sorts_distinct(step)) return;
    fail(config_error("Sorting is not supported on streaming DataFrames/Datasets, unless it is on "
                      "aggregated DataFrame/Dataset in Complete output mode",
                      "sort an aggregation, and write it in complete mode"),
         step.origin);
  }

  void check_top_rows(const Step& step) {
    if (mode_ != OutputMode::Append) return;
    fail(unsupported_mode(mode_, "the first rows of each key, which later rows replace,",
                          "use update mode"),
         step.origin);
  }

  bool steps_have_aggregate(const Step& step) const {
    const auto below = steps_below(step.inputs.front());
    return std::any_of(below.begin(), below.end(), is_streaming_aggregate);
  }

  /// SELECT DISTINCT ... ORDER BY: an aggregate without calls is no aggregation to sort.
  bool sorts_distinct(const Step& step) const {
    const auto* aggregate = as<resolved::Aggregate>(*step.inputs.front());
    return aggregate && aggregate->aggregates.empty();
  }

  void check_limit(const Step& step) {
    if (mode_ != OutputMode::Update) return;
    fail(config_error(
             "Limits are not supported on streaming DataFrames/Datasets in Update output mode",
             "use append mode, or complete mode for an aggregation"),
         step.origin);
  }

  void check_union(const Step& step) {
    const bool all_streaming = std::all_of(step.inputs.begin(), step.inputs.end(),
                                           [](const StepPtr& input) { return input->streaming; });
    if (all_streaming) return;
    fail(config_error("Union between streaming and batch DataFrames/Datasets is not supported",
                      "read both inputs as streams"),
         step.origin);
  }

  const resolved::Output& output_;
  const OutputMode mode_;
  const Origin origin_;
  const Settings& settings_;
  std::vector<Error>& errors_;
  std::vector<StepPtr> steps_;
  // From the sink down.
  std::vector<StepPtr> aggregates_;
};

}  // namespace

void check_legality(const resolved::Output& output, const Settings& settings,
                    std::vector<Error>& errors) {
  Checker(output, settings, errors).run();
}

}  // namespace millrace
