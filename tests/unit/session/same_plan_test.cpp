#include "session/plan_rewrite.hpp"
#include "session/session.hpp"
#include "tests/support/catch.hpp"
#include "topology/yaml/loader.hpp"

using namespace millrace;

namespace {

std::string text_of(const plan::NodePtr& plan, const NamedPlans& names = {}) {
  const auto canonical = canonical_plan(plan, names);
  return canonical ? plan::to_text(*canonical) : canonical.error().message;
}

/// The plan under the one sink of a topology file.
std::string text_of_yaml(const std::string& parts) {
  TopologyText source;
  source.text = parts + "\nsinks:\n  out: {from: result, type: noop}\n";
  source.file_name = "test.yaml";
  const LoadedTopology loaded = load_topology(source, Catalog::builtin());
  for (const Error& error : loaded.errors) UNSCOPED_INFO(error.message);
  REQUIRE(loaded.outputs.size() == 1);
  return text_of(loaded.outputs.front().input, loaded.views);
}

DataFrame events(const Session& session, const std::string& schema, const std::string& path) {
  return session.read_stream()
      .format("json")
      .schema(schema)
      .option("maxFilesPerTrigger", 1)
      .load(path);
}

DataFrame sql(const Session& session, const std::string& text) {
  auto frame = session.sql(text);
  REQUIRE(frame.ok());
  return *frame;
}

}  // namespace

TEST_CASE("the word count is one plan in YAML, SQL and C++") {
  const Session session;
  const DataFrame lines = session.read_stream()
                              .format("socket")
                              .option("host", "localhost")
                              .option("port", 9999)
                              .load();
  lines.create_or_replace_temp_view("lines");

  const std::string yaml = text_of_yaml(R"yaml(
sources:
  lines: {type: socket, port: 9999, host: localhost}
operators:
  words:  {from: lines, select: ["explode(split(value, ' ')) AS word"]}
  result: {from: words, groupBy: [word], agg: [count(*) AS count]})yaml");
  const std::string from_sql =
      text_of(sql(session,
                  "SELECT word, count(*) AS count FROM "
                  "(SELECT explode(split(value, ' ')) AS word FROM lines) GROUP BY word")
                  .plan());
  const DataFrame fluent = lines.select(expr("explode(split(value, ' '))").alias("word"))
                               .group_by("word")
                               .agg(count("*").alias("count"));

  CHECK(text_of(fluent.plan()) ==
        "#1 Aggregate [word], [word, count(*) AS count] select list\n"
        "  #2 Project [explode(split(value, ' ')) AS word]\n"
        "    #3 Read socket options=[host=localhost, port=9999]\n");
  CHECK(yaml == text_of(fluent.plan()));
  CHECK(from_sql == text_of(fluent.plan()));
}

TEST_CASE("purchases by minute are one plan in YAML, SQL and C++") {
  const std::string schema = "eventTime TIMESTAMP, action STRING, district STRING";
  const Session session;
  const DataFrame mall = events(session, schema, "data/mall");
  mall.create_or_replace_temp_view("events");
  const std::string query =
      "SELECT window, district, count(*) AS purchases FROM events WHERE action = 'purchase' "
      "GROUP BY window(eventTime, '1 minute'), district ORDER BY window, district DESC";
  const std::string source =
      "sources:\n  events: {type: file, format: json, path: data/mall, "
      "maxFilesPerTrigger: 1, schema: \"" +
      schema + "\"}\n";

  const std::string yaml = text_of_yaml(source + R"yaml(operators:
  purchases:  {from: events, where: action = 'purchase'}
  per_minute:
    from: purchases
    groupBy: ["window(eventTime, '1 minute')", district]
    agg: [count(*) AS purchases]
  result: {from: per_minute, orderBy: [window, district DESC]})yaml");
  const std::string yaml_sql =
      text_of_yaml(source + "operators:\n  result:\n    sql: \"" + query + "\"");
  const DataFrame fluent = mall.where("action = 'purchase'")
                               .group_by(window("eventTime", "1 minute"), "district")
                               .agg(count("*").alias("purchases"))
                               .order_by("window", col("district").desc());

  CHECK(yaml == text_of(fluent.plan()));
  CHECK(yaml_sql == yaml);
  CHECK(text_of(sql(session, query).plan()) == yaml);
}

TEST_CASE("the sliding average of bitcoin is one plan in YAML, SQL and C++") {
  const std::string schema = "dt STRING, amount INT, price DOUBLE";
  const Session session;
  const DataFrame raw = events(session, schema, "data/trades");
  raw.create_or_replace_temp_view("raw");
  sql(session, "SELECT CAST(dt AS TIMESTAMP) AS dt, amount, amount * price AS volume FROM raw")
      .with_watermark("dt", "20 minutes")
      .create_or_replace_temp_view("timed");

  const std::string yaml = text_of_yaml(
      "sources:\n  raw: {type: file, format: json, path: data/trades, maxFilesPerTrigger: 1, "
      "schema: \"" +
      schema + R"yaml("}
operators:
  trades:
    from: raw
    select: [CAST(dt AS TIMESTAMP) AS dt, amount, amount * price AS volume]
  timed: {from: trades, withWatermark: {column: dt, delay: 20 minutes}}
  windows:
    from: timed
    groupBy: ["window(dt, '10 minutes', '5 minutes')"]
    agg: [sum(amount) AS amount, sum(volume) AS volume]
  result:
    from: windows
    select: [window.start, window.end, volume / amount AS avg_price])yaml");
  const DataFrame from_sql =
      sql(session,
          "SELECT window.start, window.end, volume / amount AS avg_price FROM (SELECT window, "
          "sum(amount) AS amount, sum(volume) AS volume FROM timed "
          "GROUP BY window(dt, '10 minutes', '5 minutes'))");
  const DataFrame fluent =
      raw.select(col("dt").cast("TIMESTAMP").alias("dt"), "amount", "amount * price AS volume")
          .with_watermark("dt", "20 minutes")
          .group_by(window("dt", "10 minutes", "5 minutes"))
          .agg(sum("amount").alias("amount"), sum("volume").alias("volume"))
          .select(col("window.start"), col("window.end"), "volume / amount AS avg_price");

  CHECK(yaml == text_of(fluent.plan()));
  CHECK(text_of(from_sql.plan()) == yaml);
}

TEST_CASE("plans that differ have different text") {
  const Session session;
  const DataFrame lines = session.read_stream().format("rate").load();

  CHECK(text_of(lines.where("value > 1").plan()) != text_of(lines.where("value > 2").plan()));
  CHECK(text_of(lines.group_by("value").count().plan()) !=
        text_of(lines.group_by("timestamp").count().plan()));
}

TEST_CASE("a name that stands for itself ends") {
  plan::Read read;
  read.table = "a";
  const NamedPlans names{{"a", plan::make_node(read, {})}};

  CHECK(text_of(plan::make_node(read, {}), names) == "#1 Read table a\n");
}
