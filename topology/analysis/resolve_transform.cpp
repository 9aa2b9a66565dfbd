#include "records/schema_text.hpp"
#include "topology/analysis/resolver.hpp"
#include "topology/processor_library.hpp"

// transform_with_state: a program's own operator.
namespace millrace {
namespace {

Error transform_error(const std::string& what, std::string fix) {
  return make_error(ErrorKind::Config, "transformWithState: " + what, std::move(fix));
}

Result<TimeMode> parse_time_mode(const std::string& text) {
  if (text.empty() || equal_ignoring_case(text, "none")) return TimeMode::None;
  if (equal_ignoring_case(text, "eventTime")) return TimeMode::EventTime;
  if (equal_ignoring_case(text, "processingTime")) return TimeMode::ProcessingTime;
  return transform_error("unknown time mode: '" + text + "'",
                         "write none, eventTime or processingTime");
}

/// What a C++ program gave, or what the library has.
Result<LibraryProcessor> processor_of(const plan::TransformWithState& transform) {
  if (transform.make)
    return LibraryProcessor{transform.processor, transform.schema, transform.make};
  auto loaded = load_processor(transform.library, transform.processor);
  if (loaded.ok() && !transform.schema.empty()) loaded->schema = transform.schema;
  return loaded;
}

bool begins_with_key(const resolved::TransformWithState& kind) {
  if (kind.initial.rows.empty()) return true;
  if (kind.initial.schema.size() < kind.keys.size()) return false;
  for (std::size_t i = 0; i < kind.keys.size(); ++i) {
    if (kind.initial.schema[i].type != kind.keys[i]->type()) return false;
  }
  return true;
}

}  // namespace

bool Resolver::bind_groups(const std::vector<ExpressionPtr>& grouping, const Relation& input,
                           resolved::TransformWithState& kind) {
  Schema names;
  for (const auto& key : parsed_list(grouping)) {
    const BoundExpressionPtr bound = bind_in(key, input);
    if (!bound) return false;
    names.fields.push_back({column_name(*key), bound->type(), bound->nullable()});
    kind.keys.push_back(bound);
  }
  kind.key_schema = std::make_shared<const Schema>(std::move(names));
  return kind.keys.size() == grouping.size();
}

Resolver::Resolved Resolver::resolve_kind(const plan::TransformWithState& transform,
                                          const plan::Node& node) {
  const auto failed = [&](Error error) {
    fail(std::move(error), node.origin);
    return std::nullopt;
  };
  const Resolved input = input_of(node);
  auto processor = processor_of(transform);
  if (!processor.ok()) return failed(std::move(processor.error()));
  auto schema = parse_schema(processor->schema);
  if (!schema.ok()) return failed(std::move(schema.error()));
  const auto mode = parse_time_mode(transform.time_mode);
  if (!mode.ok()) return failed(mode.error());
  if (!input) return std::nullopt;
  if (transform.grouping.empty())
    return failed(transform_error("no key", "give the columns that group the rows"));
  if (*mode == TimeMode::EventTime && !input->step->has_watermark)
    return failed(transform_error("timers in event time without a watermark",
                                  "declare a watermark before it"));
  resolved::TransformWithState kind;
  if (!bind_groups(transform.grouping, *input, kind)) return std::nullopt;
  kind.name = processor->name;
  kind.make = std::move(processor->make);
  kind.time_mode = *mode;
  kind.options = transform.options;
  kind.initial = {transform.initial_schema, transform.initial_rows};
  if (!begins_with_key(kind)) {
    return failed(transform_error("the initial state does not begin with the columns of the key",
                                  "give it the types of the key"));
  }
  kind.event_time = event_time_column(*input->step);
  std::vector<ScopeColumn> columns;
  for (const Field& field : schema->fields)
    columns.push_back({field.name, {}, {}, field.type, true});
  resolved::Step step;
  step.detail = kind.name;
  step.kind = std::move(kind);
  step.inputs = {input->step};
  return finish(std::move(step), std::move(columns), node);
}

}  // namespace millrace
