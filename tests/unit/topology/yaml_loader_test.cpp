#include <variant>

#include "tests/support/catch.hpp"
#include "yaml_topology.hpp"

namespace millrace::test {
namespace {

using namespace std::chrono_literals;

const std::string kRate =
    "sources:\n  ticks: {type: rate}\nsinks:\n  out: {from: ticks, type: console}\n";

template <class Kind>
const Kind& verb(const LoadedTopology& loaded, const std::string& name) {
  return std::get<Kind>(loaded.views.at(name)->inputs.at(0)->kind);
}

const std::string& text_of(const ExpressionPtr& expression) {
  return std::get<Text>(expression->node).sql;
}

LoadedTopology load_operator(const std::string& definition) {
  return load("sources: {ticks: {type: rate}}\noperators:\n  op: " + definition +
              "\nsinks: {out: {from: op, type: console}}\n");
}

}  // namespace

TEST_CASE("a topology file becomes views, outputs and settings") {
  const auto loaded = load(R"yaml(name: demo
sources:
  events:
    type: file
    format: json
    path: data/in
    schema: ts TIMESTAMP, k STRING
    MAXFILESPERTRIGGER: 2
    watermark: {column: ts, delay: 10 minutes, idleTimeout: 1 minute}
operators:
  counts: {from: events, groupBy: ["window(ts, '1 minute')", k], agg: [count(*) AS n], having: n > 1}
sinks:
  screen: {from: counts, type: console, outputMode: complete, truncate: false}
trigger: {processingTime: 10 seconds}
checkpointLocation: state
settings: {timeZone: Europe/Berlin, ansi: false, parallelism: 3}
)yaml");

  REQUIRE(summary(loaded.errors) == "");
  CHECK(loaded.name == "demo");
  CHECK(loaded.checkpoint_location == "/jobs/state");
  CHECK(loaded.settings.trigger.interval == 10s);
  CHECK(loaded.settings.time_zone == "Europe/Berlin");
  CHECK_FALSE(loaded.settings.ansi);
  CHECK(loaded.settings.parallelism == 3);
  const auto& watermark = verb<plan::WithWatermark>(loaded, "events");
  CHECK(watermark.column + "|" + watermark.delay + "|" + watermark.idle_timeout ==
        "ts|10 minutes|1 minute");
  const auto& read = std::get<plan::Read>(loaded.views.at("events")->inputs[0]->inputs[0]->kind);
  CHECK(read.paths == std::vector<std::string>{"/jobs/data/in"});
  CHECK(read.options.find("maxFilesPerTrigger")->value == "2");
  CHECK(text_of(verb<plan::Filter>(loaded, "counts").condition) == "n > 1");
  REQUIRE(loaded.outputs.size() == 1);
  CHECK(loaded.outputs[0].name == "screen");
  CHECK(loaded.outputs[0].output_mode == "complete");
  CHECK(loaded.outputs[0].input == loaded.views.at("counts"));
}

TEST_CASE("the delay of a watermark may be said in months") {
  const auto loaded = load_operator(
      "{from: ticks, withWatermark: {column: timestamp, delay: 1 month}}");
  CHECK(summary(loaded.errors) == "");
}

TEST_CASE("the watermark of a source or an operator may follow partitions") {
  const auto many = load_operator(
      "{from: ticks, withWatermark: {column: timestamp, delay: 1 second, idleTimeout: 1 minute, "
      "partitionBy: [topic, partition]}}");
  REQUIRE(summary(many.errors) == "");
  const auto& named = *many.views.at("op")->inputs.at(0);
  CHECK(named.options.find("partitionBy")->value == "topic, partition");

  const auto one = load(
      "sources: {ticks: {type: rate, watermark: {column: timestamp, delay: 1 second, "
      "partitionBy: value}}}\nsinks: {out: {from: ticks, type: console}}\n");
  REQUIRE(summary(one.errors) == "");
  CHECK(one.views.at("ticks")->inputs.at(0)->options.find("partitionBy")->value == "value");
}

TEST_CASE("each verb builds its node") {
  CHECK(verb<plan::Project>(load_operator("{from: ticks, select: [value, '*']}"), "op")
            .expressions.size() == 2);
  CHECK(text_of(verb<plan::Project>(load_operator("{from: ticks, select: 'a, f(b, c)'}"), "op")
                    .expressions.at(1)) == "f(b, c)");
  CHECK(verb<plan::WithColumns>(load_operator("{from: ticks, withColumn: {a: value + 1}}"), "op")
            .columns.at(0).first == "a");
  CHECK(verb<plan::Drop>(load_operator("{from: ticks, drop: value}"), "op").columns ==
        std::vector<std::string>{"value"});
  CHECK(verb<plan::Deduplicate>(load_operator("{from: ticks, distinct: true}"), "op")
            .columns.empty());
  CHECK(verb<plan::Deduplicate>(
            load_operator("{from: ticks, dropDuplicatesWithinWatermark: [value]}"), "op")
            .within_watermark);
  CHECK(text_of(verb<plan::Limit>(load_operator("{from: ticks, limit: 5}"), "op").count) == "5");
  CHECK(verb<plan::SetOperation>(load_operator("{union: [ticks, ticks]}"), "op").all);
  CHECK(verb<plan::Aggregate>(load_operator("{from: ticks, agg: [count(*)]}"), "op")
            .grouping.empty());
  const auto joined = load_operator("{from: ticks, join: {with: ticks, type: left, using: [value]}}");
  CHECK(verb<plan::Join>(joined, "op").using_columns.size() == 1);
  CHECK(verb<plan::SqlQuery>(load_operator("{sql: SELECT value FROM ticks}"), "op").text ==
        "SELECT value FROM ticks");
}

TEST_CASE("sort orders are read from the end of the text") {
  const auto loaded =
      load_operator("{from: ticks, orderBy: [a, b DESC, c asc nulls last, f(d) desc nulls first]}");
  std::string text;
  for (const auto& order : verb<plan::Sort>(loaded, "op").orders) {
    const auto& sort = std::get<SortOrder>(order->node);
    text += text_of(sort.child) + (sort.ascending ? "+" : "-") + (sort.nulls_first ? "^ " : "$ ");
  }
  CHECK(text == "a+^ b-$ c+$ f(d)-^ ");
}

TEST_CASE("a trigger may be a map or text") {
  const auto kind_of = [](const std::string& text) {
    return load(kRate + "trigger: " + text + "\n").settings.trigger;
  };
  CHECK(kind_of("availableNow").kind == Trigger::Kind::AvailableNow);
  CHECK(kind_of("once").kind == Trigger::Kind::AvailableNow);
  CHECK(kind_of("{availableNow: true}").kind == Trigger::Kind::AvailableNow);
  CHECK(kind_of("{continuous: 1 second}").interval == 1s);
  CHECK(kind_of("continuous 100 ms").interval == 100ms);
  CHECK(kind_of("{realTime: 5 minutes}").is_continuous());
  CHECK(kind_of("none").interval == 0s);
}

TEST_CASE("the trigger `once` is accepted with a warning") {
  for (const char* text : {"once", "{once: true}"}) {
    const auto loaded = load(kRate + "trigger: " + text + "\n");
    CHECK(loaded.ok());
    CHECK(summary(loaded.warnings).find("trigger: `once` is deprecated") != std::string::npos);
  }
}

TEST_CASE("wrong triggers are refused") {
  const auto errors_of = [](const std::string& text) {
    return summary(load(kRate + "trigger: " + text + "\n").errors);
  };
  CHECK(errors_of("{continuous: 2 days}") ==
        "5:23 trigger: continuous interval out of range: '2 days'\n");
  CHECK(errors_of("availableNau") == "5:10 trigger: unknown kind: 'availableNau'\n");
  CHECK(errors_of("{processingTime: 1 month}") ==
        "5:27 Doesn't support month or year interval: 1 month\n");
  CHECK(errors_of("{processingTime: -5 seconds}") ==
        "5:27 requirement failed: the interval of trigger should not be negative\n");
  CHECK(errors_of("{once: true, continuous: 1 s}") == "5:10 trigger: exactly one kind is needed\n");
}

TEST_CASE("all mistakes of a file are reported with their places") {
  const auto loaded = load(R"yaml(sources:
  ticks: {type: rate, rowsPerSecnd: 5}
  other: {type: fiel}
operators:
  a: {from: tcks, where: value > 1}
  b: {from: ticks, wher: value > 1}
  c: {from: ticks, select: [value], limit: 3}
sinks:
  out: {from: b, type: consol}
settings: {paralellism: 2}
)yaml");
  CHECK(summary(loaded.errors) ==
        "2:23 source 'ticks': unknown key `rowsPerSecnd`\n"
        "3:17 Failed to find the data source: fiel. Make sure the provider name is correct and the "
        "package is properly registered and compatible with your Spark version.\n"
        "5:13 unknown name `tcks`\n"
        "6:20 operator 'b': unknown key `wher`\n"
        "7:37 operator 'c': more than one verb: `select` and `limit`\n"
        "9:24 Failed to find the data source: consol. Make sure the provider name is correct and "
        "the package is properly registered and compatible with your Spark version.\n"
        "10:12 settings: unknown key `paralellism`\n");
  CHECK(loaded.errors[0].label == "did you mean `rowsPerSecond`?");
  CHECK(loaded.errors[3].fix == "write `where`");
}

TEST_CASE("a circle of names is reported once, also through SQL") {
  const auto loaded = load(R"yaml(sources: {ticks: {type: rate}}
operators:
  a: {from: b, where: value > 1}
  b: {sql: SELECT * FROM c}
  c: {from: a, limit: 1}
sinks: {out: {from: c, type: console}}
)yaml");
  CHECK(summary(loaded.errors) == "5:13 topology: `a` reads its own output\n");
  CHECK(loaded.errors[0].notes.at(0) == "circle: a <- b <- c <- a");
}

TEST_CASE("names are unique and a name that nothing reads is a warning") {
  CHECK(summary(load("sources:\n  a: {type: rate}\noperators:\n  A: {from: a, limit: 1}\n"
                     "sinks:\n  out: {from: a, type: console}\n").errors) ==
        "4:3 name `A` is used twice\n");
  CHECK(summary(load("sources:\n  a: {type: rate}\n  b: {type: rate}\n"
                     "sinks:\n  out: {from: a, type: console}\n").warnings) ==
        "3:3 source `b` is never read\n");
}

TEST_CASE("overrides replace and add values") {
  const auto loaded = load(kRate, {"sources.ticks.rowsPerSecond=7", "settings.parallelism=2",
                                   "operators.big={from: ticks, where: value > 3}",
                                   "sinks.out.from=big"});
  REQUIRE(summary(loaded.errors) == "");
  CHECK(loaded.settings.parallelism == 2);
  CHECK(loaded.outputs[0].input == loaded.views.at("big"));
  const auto broken = load(kRate, {"sources.ticks.rate=7", "nonsense", "name.x=1"});
  CHECK(broken.errors.size() == 3);
  CHECK(broken.errors[0].origin.file == "--set");
}

TEST_CASE("environment variables are put into values") {
  const std::string text =
      "name: ${JOB:-none}-${USER}$${x}\nsources: {ticks: {type: rate}}\n"
      "sinks: {out: {from: ticks, type: console}}\n";
  CHECK(load_with(text, {{"USER", "u"}}).name == "none-u${x}");
  CHECK(summary(load_with(text, {}).errors) == "1:20 environment variable is not set: 'USER'\n");
}

TEST_CASE("the folder of the file is put into values") {
  CHECK(load("name: ${TOPOLOGY_DIR}/x\nsources: {ticks: {type: rate}}\n"
             "sinks: {out: {from: ticks, type: console}}\n").name == "/jobs/x");
}

TEST_CASE("a sink replies to a socket source only") {
  const auto loaded = load("sources: {ticks: {type: rate}}\n"
                           "sinks: {out: {from: ticks, type: console, reply: ticks}}\n");
  CHECK(summary(loaded.errors).find("sink 'out': `reply` names no socket source: 'ticks'") !=
        std::string::npos);
}

TEST_CASE("messages never quote the value of a secret option") {
  const std::string text =
      "sources:\n"
      "  a: {type: rate, kafka.sasl.password: 'plain', x: 1}\n"
      "  b: {type: rate, KAFKA.SSL.KEY.PEM: \"esc\\x61ped\", y: 1}\n"
      "  c:\n    type: rate\n    kafka.sasl.jaas.config: |\n      first\n      second\n"
      "  d: {type: rate, kafka.sasl.password: \"${PASSWORD}\", z: 1}\n";

  const auto loaded = load(text, {"sources.a.kafka.ssl.key.password=given"});
  const std::string shown = render_diagnostics(loaded.errors, loaded.texts);

  CHECK(loaded.texts.at("job.yaml").size() == text.size());
  for (const char* secret : {"plain", "ped", "first", "second", "given"}) {
    INFO(secret << " in " << shown);
    for (const auto& [file, quoted] : loaded.texts) CHECK(quoted.find(secret) == std::string::npos);
    CHECK(shown.find(secret) == std::string::npos);
  }
  CHECK(loaded.texts.at("job.yaml").find("${PASSWORD}") != std::string::npos);
}

TEST_CASE("a memory sink alone takes the name of the job") {
  CHECK(load("name: totals\nsources: {t: {type: rate}}\nsinks: {out: {from: t, type: memory}}\n")
            .outputs.at(0).name == "totals");
}

TEST_CASE("a sink that an operator names for its late rows needs no from") {
  const LoadedTopology loaded = load(R"(
sources:
  ticks: {type: rate, watermark: {column: timestamp, delay: 1 minute}}
operators:
  once: {from: ticks, dropDuplicates: [timestamp], lateRecords: {sink: late}}
sinks:
  screen: {from: once, type: console}
  late: {type: console}
)");
  CHECK(summary(loaded.errors) == "");
  REQUIRE(loaded.outputs.size() == 2);
  CHECK_FALSE(loaded.outputs[0].late_records);
  CHECK(loaded.outputs[1].late_records);
  CHECK(loaded.outputs[1].input == loaded.outputs[0].input);
}

TEST_CASE("sinks of late rows that are not there, or read something else, are errors") {
  const auto errors_with = [](const std::string& sinks) {
    return summary(load("sources:\n  ticks: {type: rate}\n"
                        "operators:\n  once: {from: ticks, distinct: true, lateRecords: {sink: late}}\n"
                        "sinks:\n  screen: {from: once, type: console}\n" +
                        sinks)
                       .errors);
  };
  CHECK(errors_with("") ==
        "4:59 operator 'once': `lateRecords`: there is no sink 'late'\n");
  CHECK(errors_with("  late: {from: ticks, type: console}\n") ==
        "7:10 sink 'late': it takes the late rows of 'once' alone\n");
}

}  // namespace millrace::test
