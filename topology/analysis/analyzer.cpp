#include "topology/analysis/analyzer.hpp"

#include "topology/analysis/late_records.hpp"
#include "topology/analysis/legality.hpp"
#include "topology/analysis/resolve_sink.hpp"
#include "topology/analysis/resolver.hpp"

#include <algorithm>

namespace millrace {
namespace {

// A node that two names share would report its errors once for each.
bool is_same_error(const Error& a, const Error& b) {
  return a.message == b.message && a.origin.file == b.origin.file &&
         a.origin.line == b.origin.line && a.origin.column == b.origin.column;
}

void drop_repeated(std::vector<Error>& errors) {
  std::vector<Error> kept;
  for (auto& error : errors) {
    const bool is_known = std::any_of(
        kept.begin(), kept.end(), [&](const Error& other) { return is_same_error(error, other); });
    if (!is_known) kept.push_back(std::move(error));
  }
  errors = std::move(kept);
}

Error located(Error error, const plan::WriteStream& output) {
  error.origin = output.origin;
  return error;
}

void check_mode(const resolved::Output& output, const Settings& settings,
                std::vector<Error>& errors) {
  if (!output.late_records) return check_legality(output, settings, errors);
  if (output.mode != OutputMode::Complete) return;
  errors.push_back(late_records_not_appended());
  errors.back().origin = output.origin;
}

}  // namespace

bool NameLess::operator()(std::string_view a, std::string_view b) const {
  return lower_case(a) < lower_case(b);
}

Catalog Catalog::builtin() {
  Catalog catalog;
  catalog.sources = &builtin_sources();
  catalog.sinks = &builtin_sinks();
  catalog.functions = &FunctionRegistry::builtin();
  return catalog;
}

Analysis analyze(const std::vector<plan::WriteStream>& outputs, const Catalog& catalog,
                 const Settings& settings) {
  Analysis analysis;
  Resolver resolver(catalog, settings, analysis.errors);
  for (const auto& output : outputs) {
    const auto input = resolver.resolve(output.input);
    resolved::StepPtr step = input ? input->step : nullptr;
    if (step && output.late_records) step = late_step(step);
    if (step && output.late_records) resolver.give_late_rows(step);
    if (input && !step) analysis.errors.push_back(located(no_late_records(input->step->name), output));
    const Schema* schema = step ? written_schema(*step, output.late_records).get() : nullptr;
    auto resolved_output = resolve_sink(output, schema, catalog, settings, analysis.errors);
    if (!step || !resolved_output) continue;
    resolved_output->input = std::move(step);
    check_mode(*resolved_output, settings, analysis.errors);
    analysis.plan.outputs.push_back(std::move(*resolved_output));
  }
  // Names that no sink reads are checked as well.
  for (const auto& [name, node] : catalog.names) (void)resolver.resolve(node);
  drop_repeated(analysis.errors);
  return analysis;
}

Result<Schema> schema_of(const plan::NodePtr& node, const Catalog& catalog,
                         const Settings& settings) {
  std::vector<Error> errors;
  const auto relation = Resolver(catalog, settings, errors).resolve(node);
  if (relation) return Schema(*schema_of(relation->columns));
  if (!errors.empty()) return errors.front();
  return make_error(ErrorKind::Internal, "topology: plan without schema and without error");
}

}  // namespace millrace
