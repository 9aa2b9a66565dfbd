#include "expressions/expression_errors.hpp"
#include "expressions/parser.hpp"
#include "records/dead_letter.hpp"
#include "records/edit_distance.hpp"
#include "records/schema_text.hpp"
#include "sources/local_relation.hpp"
#include "sources/rate_limits.hpp"
#include "topology/analysis/formats.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>
#include <filesystem>

namespace millrace {
namespace {

Error table_not_found(const std::string& name, const Catalog& catalog) {
  Error error = spark_error("TABLE_OR_VIEW_NOT_FOUND", "42P01",
                            "The table or view `" + name +
                                "` cannot be found. Verify the spelling and correctness of the "
                                "schema and catalog.");
  error.kind = ErrorKind::Config;
  std::vector<std::string> names;
  for (const auto& [known, node] : catalog.names) names.push_back(known);
  const std::string nearest = nearest_name(name, names);
  error.label = nearest.empty() ? "no such name" : "did you mean `" + nearest + "`?";
  if (!names.empty()) error.notes.push_back("names: " + quoted_list(names));
  error.fix =
      nearest.empty() ? "name a source or an operator of this topology" : "write `" + nearest + "`";
  return error;
}

// Where `part`, counted along the text of option `schema`, stands in the file.
Origin place_in_schema(const plan::Node& node, Origin part) {
  const OptionText* schema = node.options.find("schema");
  if (!schema || schema->origin.line == 0) return node.origin;
  const Origin& start = schema->origin;
  part.file = start.file;
  if (part.line == 1) part.column += start.column - 1;
  part.line += start.line - 1;
  return part;
}

std::vector<std::string> absolute_paths(const plan::Read& read) {
  std::vector<std::string> paths;
  const auto add = [&](const std::string& path) {
    paths.push_back(std::filesystem::absolute(path).lexically_normal().string());
  };
  for (const auto& path : read.paths) add(path);
  const OptionText* option = read.options.find("path");
  if (option && !option->value.empty() && paths.empty()) add(option->value);
  return paths;
}

bool is_at(const OptionText& option, const Origin& origin) {
  return origin.line != 0 && option.origin.line == origin.line &&
         option.origin.column == origin.column && option.origin.file == origin.file;
}

Options without_option_at(const Options& options, const Origin& origin) {
  Options rest;
  for (const auto& [name, text] : options.entries())
    if (!is_at(text, origin)) rest.set(name, text.value, text.origin);
  return rest;
}

/// A source tells of one bad option at a time: it is asked again without that one, until it tells of none
/// that is there. What it then misses is no mistake of the user's.
std::vector<Error> further_errors(const SourceType& type, SourceRequest request, Origin bad) {
  std::vector<Error> errors;
  for (;;) {
    Options rest = without_option_at(request.options, bad);
    if (rest.entries().size() == request.options.entries().size()) return errors;
    request.options = std::move(rest);
    auto again = type.plan(request);
    if (again.ok()) return errors;
    bad = again.error().origin;
    const auto& left = request.options.entries();
    if (std::none_of(left.begin(), left.end(), [&](const auto& o) { return is_at(o.second, bad); }))
      return errors;
    errors.push_back(std::move(again.error()));
  }
}

}  // namespace

Resolver::Resolved Resolver::resolve_kind(const plan::Read& read, const plan::Node& node) {
  if (read.format.empty()) return resolve_table(read, node);
  if (read.format == plan::kDeadLetters) return resolve_dead_letters(node);
  const auto choice = find_source(*catalog_.sources, read.format);
  if (!choice) {
    fail(unknown_source(*catalog_.sources, read.format), node.origin);
    return std::nullopt;
  }
  SourceRequest request;
  request.options = with_format(read.options, choice->format);
  request.paths = absolute_paths(read);
  request.streaming = read.streaming;
  request.continuous = settings_.trigger.is_continuous();
  request.time_zone = settings_.time_zone;
  if (read.schema) {
    auto schema = parse_schema(*read.schema);
    if (!schema.ok()) {
      schema.error().origin = place_in_schema(node, schema.error().origin);
      errors_.push_back(std::move(schema.error()));
      return std::nullopt;
    }
    request.schema = *schema;
  }
  auto planned = choice->type->plan(request);
  if (planned.ok() && settings_.trigger.kind == Trigger::Kind::Once) {
    request.options = without_rate_limits(request.options);
    planned = choice->type->plan(request);
  }
  if (!planned.ok()) {
    const Origin bad = planned.error().origin;
    fail(std::move(planned.error()), node.origin);
    for (Error& error : further_errors(*choice->type, request, bad))
      fail(std::move(error), node.origin);
    if (!request.schema) return std::nullopt;
    // The columns are known: what stands above is checked against them.
    planned = PlannedSource{*request.schema, read.format, false, false, nullptr};
  }
  resolved::Step step;
  step.streaming = read.streaming;
  step.detail = planned->description;
  auto columns = columns_of(planned->schema, "", node.id);
  step.kind = resolved::Read{choice->type->name, std::move(*planned)};
  return finish(std::move(step), std::move(columns), node);
}

Resolver::Resolved Resolver::resolve_dead_letters(const plan::Node& node) {
  resolved::Step step;
  step.streaming = true;
  step.kind = resolved::Read{std::string(plan::kDeadLetters), {}};
  return finish(std::move(step), columns_of(*dead_letter_schema(), "", node.id), node);
}

Resolver::Resolved Resolver::resolve_table(const plan::Read& read, const plan::Node& node) {
  const auto found = catalog_.names.find(read.table);
  if (found == catalog_.names.end()) {
    fail(table_not_found(read.table, catalog_), node.origin);
    return std::nullopt;
  }
  if (open_.contains(found->second.get())) {
    fail(
        make_error(ErrorKind::Config, "topology: a node reads its own output: '" + read.table + "'",
                   "take one of the names out of the circle"),
        node.origin);
    return std::nullopt;
  }
  Resolved relation = resolve(found->second);
  if (!relation) return std::nullopt;
  name_steps(found->second->id, found->first);
  return aliased(std::move(*relation), read.table, node);
}

Relation Resolver::aliased(Relation relation, const std::string& name, const plan::Node& node) {
  for (auto& column : relation.columns) {
    column.qualifiers = {name};
    column.node_ids.push_back(node.id);
  }
  return relation;
}

Resolver::Resolved Resolver::resolve_kind(const plan::SubqueryAlias& alias,
                                          const plan::Node& node) {
  Resolved relation = input_of(node);
  if (!relation) return std::nullopt;
  const plan::Node& input = *node.inputs.front();
  const auto* read = std::get_if<plan::Read>(&input.kind);
  const bool is_reference = read && read->format.empty();
  if (!is_reference) name_steps(input.id, alias.name);
  return aliased(std::move(*relation), alias.name, node);
}

Resolver::Resolved Resolver::resolve_kind(const plan::LocalRelation& local,
                                          const plan::Node& node) {
  resolved::Step step;
  step.kind = resolved::Read{"rows", plan_local_relation(local.schema, local.rows)};
  return finish(std::move(step), columns_of(local.schema, "", node.id), node);
}

}  // namespace millrace
