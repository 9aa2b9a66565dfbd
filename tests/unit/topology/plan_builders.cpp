#include "tests/unit/topology/plan_builders.hpp"

#include "records/schema_text.hpp"

namespace millrace::testing {
namespace {

SourceType source_type(const std::string& name, const std::string& ddl) {
  SourceType type;
  type.name = name;
  type.plan = [name, ddl](const SourceRequest& request) -> Result<PlannedSource> {
    PlannedSource planned;
    planned.schema = request.schema ? *request.schema : *parse_schema(ddl);
    planned.description = name;
    planned.bounded = !request.streaming;
    planned.parallel = name == "rate";
    planned.make = [] { return std::unique_ptr<Source>(); };
    return planned;
  };
  return type;
}

SinkType sink_type(const std::string& name, std::vector<std::string> modes) {
  SinkType type;
  type.name = name;
  type.output_modes = std::move(modes);
  type.plan = [name](const SinkRequest&) -> Result<PlannedSink> {
    return PlannedSink{name, [] { return std::unique_ptr<Sink>(); }};
  };
  return type;
}

std::vector<ExpressionPtr> texts(const std::vector<std::string>& list) {
  std::vector<ExpressionPtr> expressions;
  for (const auto& text : list) expressions.push_back(make_expression(Text{text}));
  return expressions;
}

plan::NodePtr over(plan::Node::Kind kind, plan::NodePtr input) {
  return plan::make_node(std::move(kind), {std::move(input)});
}

}  // namespace

const Catalog& catalog() {
  static const std::vector<SourceType> sources{
      source_type("file", "value STRING"),
      source_type("rate", "timestamp TIMESTAMP, value LONG"),
      source_type("socket", "value STRING")};
  static const std::vector<std::string> all{"append", "update", "complete"};
  static const std::vector<SinkType> sinks{sink_type("console", all), sink_type("file", {"append"}),
                                           sink_type("memory", all), sink_type("noop", all)};
  static const Catalog made = [] {
    Catalog catalog;
    catalog.sources = &sources;
    catalog.sinks = &sinks;
    catalog.functions = &FunctionRegistry::builtin();
    return catalog;
  }();
  return made;
}

const Catalog& catalog_with_names() {
  static const Catalog made = [] {
    Catalog named = catalog();
    named.names["ev"] = read("json", "ts TIMESTAMP, k STRING, v INT");
    named.names["wm"] = watermark(table("ev"), "ts", "10 seconds");
    named.names["l"] = read("json", "lt TIMESTAMP, k STRING, a INT");
    named.names["r"] = read("json", "rt TIMESTAMP, rk STRING, b INT");
    named.names["lw"] = watermark(table("l"), "lt", "10 seconds");
    named.names["rw"] = watermark(table("r"), "rt", "10 seconds");
    named.names["static"] = read("json", "k STRING, sv INT, st TIMESTAMP", false);
    return named;
  }();
  return made;
}

plan::NodePtr read(const std::string& format, const std::string& schema, bool streaming) {
  plan::Read kind;
  kind.format = format;
  if (!schema.empty()) kind.schema = schema;
  kind.streaming = streaming;
  return plan::make_node(std::move(kind), {});
}

plan::NodePtr table(const std::string& name) {
  plan::Read kind;
  kind.table = name;
  return plan::make_node(std::move(kind), {});
}

plan::NodePtr alias(plan::NodePtr input, const std::string& name) {
  return over(plan::SubqueryAlias{name}, std::move(input));
}

plan::NodePtr sql(const std::string& text) { return plan::make_node(plan::SqlQuery{text}, {}); }

plan::NodePtr select(plan::NodePtr input, const std::vector<std::string>& list) {
  return over(plan::Project{texts(list)}, std::move(input));
}

plan::NodePtr where(plan::NodePtr input, const std::string& condition) {
  return over(plan::Filter{make_expression(Text{condition})}, std::move(input));
}

plan::NodePtr group(plan::NodePtr input, const std::vector<std::string>& grouping,
                    const std::vector<std::string>& aggregates) {
  plan::Aggregate kind;
  kind.grouping = texts(grouping);
  kind.aggregates = texts(aggregates);
  return over(std::move(kind), std::move(input));
}

plan::NodePtr watermark(plan::NodePtr input, const std::string& column, const std::string& delay) {
  return over(plan::WithWatermark{column, delay, ""}, std::move(input));
}

plan::NodePtr unique(plan::NodePtr input, const std::vector<std::string>& columns) {
  return over(plan::Deduplicate{columns, false}, std::move(input));
}

plan::NodePtr unique_within_watermark(plan::NodePtr input,
                                      const std::vector<std::string>& columns) {
  return over(plan::Deduplicate{columns, true}, std::move(input));
}

plan::NodePtr order(plan::NodePtr input, const std::vector<std::string>& orders) {
  return over(plan::Sort{texts(orders)}, std::move(input));
}

plan::NodePtr join(plan::NodePtr left, plan::NodePtr right, const std::string& condition,
                   const std::string& type) {
  plan::Join kind;
  kind.type = type;
  if (!condition.empty()) kind.condition = make_expression(Text{condition});
  return plan::make_node(std::move(kind), {std::move(left), std::move(right)});
}

plan::NodePtr join_using(plan::NodePtr left, plan::NodePtr right,
                         const std::vector<std::string>& columns, const std::string& type) {
  return plan::make_node(plan::Join{type, nullptr, columns}, {std::move(left), std::move(right)});
}

plan::NodePtr limit(plan::NodePtr input, std::int64_t count) {
  Value value{DataType(TypeKind::Int), count};
  return over(plan::Limit{make_expression(Literal{std::move(value)})}, std::move(input));
}

plan::NodePtr unite(plan::NodePtr first, plan::NodePtr second) {
  return plan::make_node(plan::SetOperation{}, {std::move(first), std::move(second)});
}

plan::WriteStream write(plan::NodePtr input, const std::string& mode, const std::string& format,
                        const std::string& name) {
  plan::WriteStream output;
  output.input = std::move(input);
  output.name = name;
  output.format = format;
  output.output_mode = mode;
  return output;
}

Analysis analyzed(plan::NodePtr input, const std::string& mode, const Settings& settings) {
  return analyze({write(std::move(input), mode)}, catalog_with_names(), settings);
}

std::string columns_of(plan::NodePtr input) {
  const auto schema = schema_of(input, catalog_with_names(), Settings{});
  if (!schema.ok()) return text_of(schema.error());
  std::string text;
  for (const auto& field : schema->fields) {
    text += (text.empty() ? "" : ",") + field.name + ":" + field.type.to_string();
  }
  return text;
}

std::string text_of(const Error& error) {
  // Spark keeps its legacy classes to itself.
  const bool shows_class =
      !error.error_class.empty() && !error.error_class.starts_with("_LEGACY_ERROR_TEMP_");
  std::string text = shows_class ? "[" + error.error_class + "] " : "";
  text += error.message;
  return error.sql_state.empty() ? text : text + " SQLSTATE: " + error.sql_state;
}

std::string errors_of(const Analysis& analysis) {
  std::string text;
  for (const auto& error : analysis.errors) text += (text.empty() ? "" : "\n") + text_of(error);
  return text;
}

}  // namespace millrace::testing
