#include "topology/analysis/over_errors.hpp"
#include "topology/analysis/resolver.hpp"

// lag(value[, offset[, otherwise]]) OVER (...), and lead.
namespace millrace {
namespace {

constexpr std::size_t kMostCalls = 15;
constexpr std::int64_t kMostRows = 1'000'000;

}  // namespace

std::optional<LagCall> Resolver::bind_lag(const OverCall& call, const Relation& input) {
  const auto& arguments = call.function().arguments;
  if (arguments.empty() || arguments.size() > 3) {
    fail(not_a_window_function(column_name(*call.over().function)), call.expression->origin);
    return std::nullopt;
  }
  LagCall made;
  made.value = bind_in(arguments[0], input);
  if (arguments.size() > 1) {
    const auto* literal = std::get_if<Literal>(&arguments[1]->node);
    const auto* rows = literal ? std::get_if<std::int64_t>(&literal->value.storage) : nullptr;
    if (!rows || *rows < 1 || *rows > kMostRows) {
      fail(lag_offset_out_of_range(to_sql(*arguments[1]), kMostRows), arguments[1]->origin);
      return std::nullopt;
    }
    made.offset = std::uint32_t(*rows);
  }
  if (!made.value || arguments.size() < 3) return made.value ? std::optional(made) : std::nullopt;
  const BoundExpressionPtr otherwise = bind_in(arguments[2], input);
  if (!otherwise) return std::nullopt;
  auto cast = bound_cast(otherwise, made.value->type(), CastMode::Plain, expression_settings_);
  if (!cast.ok()) {
    fail(std::move(cast.error()), arguments[2]->origin);
    return std::nullopt;
  }
  made.otherwise = *cast;
  return made;
}

/// Adds a column for each call.
std::vector<LagCall> Resolver::bind_lags(const std::vector<OverCall>& calls, const Relation& input,
                                         std::vector<ScopeColumn>& columns) {
  if (calls.size() > kMostCalls) fail(too_many_lags(kMostCalls), calls.front().expression->origin);
  std::vector<LagCall> made;
  for (const auto& call : calls) {
    auto bound = bind_lag(call, input);
    if (!bound) continue;
    columns.push_back({column_name(*call.expression), {}, {}, bound->value->type(), true});
    made.push_back(std::move(*bound));
  }
  return made;
}

Resolver::Resolved Resolver::lag_step(const Relation& input, const std::vector<OverCall>& calls,
                                      const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::Lag kind;
  kind.keys = bind_partition(calls.front(), input);
  kind.event_time = late_column(calls.front(), input);
  std::vector<ScopeColumn> columns = input.columns;
  kind.calls = bind_lags(calls, input, columns);
  if (errors_.size() != errors_before) return std::nullopt;
  return finish_over(std::move(kind), input, std::move(columns), calls, node);
}

// Rows that waited may be behind the watermark: what comes after must not judge them by it.
Resolver::Resolved Resolver::lead_step(const Relation& input, const std::vector<OverCall>& calls,
                                       const plan::Node& node) {
  const std::size_t errors_before = errors_.size();
  resolved::Lead kind;
  kind.keys = bind_partition(calls.front(), input);
  (void)over_order(calls.front(), input);
  std::vector<ScopeColumn> columns = input.columns;
  kind.calls = bind_lags(calls, input, columns);
  for (std::size_t i = 0; i < kind.calls.size(); ++i) {
    const auto& otherwise = kind.calls[i].otherwise;
    if (otherwise && !otherwise->is_constant())
      fail(lead_default_not_constant(to_sql(*calls[i].function().arguments[2])),
           calls[i].expression->origin);
  }
  if (errors_.size() != errors_before) return std::nullopt;
  Relation relation = finish_over(std::move(kind), input, std::move(columns), calls, node);
  relation.step->event_time.assign(relation.columns.size(), std::nullopt);
  return relation;
}

}  // namespace millrace
