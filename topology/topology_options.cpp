#include "records/option_value.hpp"
#include "topology/option_registry.hpp"

namespace millrace {

const std::vector<OptionDeclaration>& topology_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("name", OptionType::Text, "", "Name of the job; by default the file's name."),
      declare("sources", OptionType::Map, "", "Where records come from: name to definition."),
      declare("operators", OptionType::Map, "", "What is done with them: name to definition."),
      declare("sinks", OptionType::Map, "", "Where results go: name to definition."),
      declare("trigger", OptionType::Text, "", "When epochs end; by default as soon as possible."),
      declare("checkpointLocation", OptionType::Text, "",
              "Folder of the job's checkpoints, relative to the topology file."),
      declare("settings", OptionType::Map, "", "Settings of the whole job."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& source_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare_required("type", OptionType::Text, "Kind of source (`millrace list sources`)."),
      declare("schema", OptionType::Text, "", "Columns as DDL: `name STRING, amount INT`."),
      declare("watermark", OptionType::Map, "", "Short for an operator withWatermark behind it."),
      declare("static", OptionType::Boolean, "false", "Bounded: read once, as a table."),
      declare("reload", OptionType::Text, "",
              "static: when a join with a stream reads it again: a duration, or onChange."),
      declare("deadLetter", OptionType::Text, "", "Sink that bad records go to."),
      declare("uid", OptionType::Text, "", "Name that state is found by after a rename."),
      declare("parallelism", OptionType::Integer, "", "Number of subtasks."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& watermark_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare_required("column", OptionType::Text, "Column of type TIMESTAMP with the event time."),
      declare_required("delay", OptionType::Text, "How late a record may be; a month counts as 31 days."),
      declare("idleTimeout", OptionType::Duration, "",
              "A source silent for so long no longer holds the watermark back."),
      declare("partitionBy", OptionType::List, "",
              "Event time is followed for each value of these columns; the least counts."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& operator_verbs() {
  static const std::vector<OptionDeclaration> verbs{
      declare("select", OptionType::List, "", "Expressions that make the columns; `*` is allowed."),
      declare("where", OptionType::Text, "", "Keeps the rows for which the condition is true."),
      declare("withColumn", OptionType::Map, "", "Adds or replaces columns: name to expression."),
      declare("drop", OptionType::List, "", "Leaves columns out."),
      declare("groupBy", OptionType::List, "", "Groups rows by expressions; goes with `agg`."),
      declare("join", OptionType::Map, "", "Joins `from` with another name."),
      declare("union", OptionType::List, "", "Puts the rows of several names together."),
      declare("dropDuplicates", OptionType::List, "", "Keeps the first row for the columns."),
      declare("dropDuplicatesWithinWatermark", OptionType::List, "",
              "The same within the watermark's delay."),
      declare("withWatermark", OptionType::Map, "", "Declares the column of the event time."),
      declare("orderBy", OptionType::List, "", "Sorts rows (complete mode)."),
      declare("limit", OptionType::Integer, "", "Keeps the first rows."),
      declare("distinct", OptionType::Boolean, "", "Keeps one of equal rows."),
      declare("sql", OptionType::Text, "", "A whole SELECT over the names of the file."),
      declare("transformWithState", OptionType::Map, "",
              "A stateful processor of a shared library, for the rows of each key."),
  };
  return verbs;
}

const std::vector<OptionDeclaration>& group_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("agg", OptionType::List, "", "Aggregates of each group."),
      declare("having", OptionType::Text, "", "Keeps the groups for which the condition is true."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& join_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare_required("with", OptionType::Text, "Name on the right side."),
      declare_choice("type",
                     {"inner", "cross", "left", "leftouter", "left_outer", "right", "rightouter",
                      "right_outer", "full", "fullouter", "full_outer", "outer", "leftsemi",
                      "left_semi", "semi", "leftanti", "left_anti", "anti"},
                     "inner", "Which rows without a partner stay."),
      declare("on", OptionType::Text, "", "Condition over both sides."),
      declare("using", OptionType::List, "", "Columns that both sides have, compared as equal."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& transform_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare_required("groupBy", OptionType::List, "Expressions whose values are the key."),
      declare_required("library", OptionType::Text, "Path of the shared library."),
      declare("processor", OptionType::Text, "", "Name of the processor, where there are several."),
      declare("schema", OptionType::Text, "", "Columns of the output, in place of the library's."),
      declare_choice("timeMode", {"none", "eventTime", "processingTime"}, "none",
                     "What timers go by."),
      declare("options", OptionType::Map, "", "Texts that the processor reads by their names."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& operator_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("from", OptionType::Text, "", "Name of the source or operator that is read."),
      declare_choice("onError", {"fail", "drop", "deadLetter"}, "fail",
                     "What happens to a row whose expression fails."),
      declare("deadLetter", OptionType::Text, "", "Sink that failed rows go to."),
      declare("lateRecords", OptionType::Text, "drop",
              "What a stateful operator does with late records: drop, or {sink: <name>}."),
      declare("uid", OptionType::Text, "", "Name that state is found by after a rename."),
      declare("parallelism", OptionType::Integer, "", "Number of subtasks."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& sink_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("from", OptionType::Text, "",
              "Name of the source or operator that is written; none where a deadLetter names the sink."),
      declare_required("type", OptionType::Text, "Kind of sink (`millrace list sinks`)."),
      declare_choice("outputMode", {"append", "update", "complete"}, "append",
                     "Which rows of the result are written."),
      declare("partitionBy", OptionType::List, "", "Columns that make folders (file sink)."),
      declare_choice("visibility", {"immediate", "committed"}, "immediate",
                     "Continuous mode: `committed` shows rows when their epoch has committed."),
      declare_choice("onError", {"fail", "drop", "deadLetter"}, "fail",
                     "What happens to a row that cannot be written."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& trigger_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("processingTime", OptionType::Duration, "", "A micro-batch at each interval."),
      declare("availableNow", OptionType::Boolean, "", "All that is there now, then stop."),
      declare("once", OptionType::Boolean, "", "Older name of availableNow."),
      declare("continuous", OptionType::Duration, "",
              "Rows flow at once; an epoch ends at each interval (1 ms to 24 hours)."),
      declare("realTime", OptionType::Duration, "", "Another name of continuous."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& settings_keys() {
  static const std::vector<OptionDeclaration> keys{
      declare("timeZone", OptionType::Text, "UTC", "Session time zone: IANA name or +HH:MM."),
      declare("ansi", OptionType::Boolean, "true", "ANSI errors instead of NULL and wrap-around."),
      declare("parallelism", OptionType::Integer, "1", "Subtasks of each node, 1 to maxParallelism."),
      declare("maxParallelism", OptionType::Integer, "128", "Number of key groups, 1 to 32768."),
      declare_choice("alignment", {"aligned", "none"}, "aligned",
                     "Whether inputs wait for each other at an epoch marker."),
      declare_choice("idle", {"park", "spin"}, "park", "What an idle engine thread does."),
      declare("threads", OptionType::Integer, "0", "Engine threads; 0: by the number of cores."),
      declare_choice("handoff", {"on", "off"}, "on",
                     "Runs an idle operator on the thread that has fed it."),
      declare_choice("multipleWatermarkPolicy", {"min", "max"}, "min",
                     "How the watermarks of several inputs combine."),
      declare("sparkStrict", OptionType::Boolean, "false",
              "Refuses what Spark refuses: OVER on streams, most steps in continuous mode."),
      declare("maxStateBytes", OptionType::Bytes, "70 % of memory", "Memory for state."),
      declare("metricsEnabled", OptionType::Boolean, "false",
              "Rates, latency, watermark and state of the query among the metrics (`/metrics`)."),
      declare("checkpointRetention", OptionType::Integer, "100", "Epochs that are kept."),
  };
  return keys;
}

const std::vector<OptionDeclaration>& run_flags() {
  static const std::vector<OptionDeclaration> flags{
      declare("duration", OptionType::Duration, "", "Stop with a drain after this time."),
      declare("set", OptionType::Text, "", "Override a value: `sources.events.path=x`. Repeatable."),
      declare("trigger", OptionType::Text, "", "Trigger: `availableNow`, `continuous 100 ms` ..."),
      declare("checkpoint", OptionType::Text, "", "Folder of the job's checkpoints."),
      declare("from-epoch", OptionType::Integer, "", "Go back to this epoch of the checkpoint."),
      declare("http", OptionType::Text, "",
              "Serves pages about the job at this address and port, for example 127.0.0.1:8080."),
      declare("http-token", OptionType::Text, "",
              "Token that clients from beyond this machine must show."),
      declare("http-insecure", OptionType::Boolean, "false",
              "Serves an address beyond this machine without a token."),
      declare("allow-duplicates", OptionType::Boolean, "false",
              "Go back even where a sink has shown rows of later epochs."),
      declare_choice("progress", {"auto", "json", "off"}, "auto",
                     "Progress on standard error: a line on a terminal, JSON elsewhere."),
      declare_choice("log-level", {"debug", "info", "warn", "error", "off"}, "warn",
                     "Least important messages that are logged."),
      declare_choice("log-format", {"text", "json"}, "text", "Form of the log on standard error."),
      declare_choice("idle", {"park", "spin"}, "park", "What an idle engine thread does."),
      declare("threads", OptionType::Integer, "0", "Engine threads; 0: by the number of cores."),
      declare_choice("handoff", {"on", "off"}, "on",
                     "Runs an idle operator on the thread that has fed it."),
      declare_choice("engine", {"millrace", "spark"}, "millrace",
                     "What runs the job; `spark` exports it and wants PySpark."),
      declare("master", OptionType::Text, "local[*]", "Spark: the cluster, `spark://host:7077`."),
      declare("conf", OptionType::Text, "", "Spark: a setting, `key=value`. Repeatable."),
  };
  return flags;
}

}  // namespace millrace
