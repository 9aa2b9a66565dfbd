#include "session/session.hpp"

#include "expressions/expression_errors.hpp"
#include "records/time_zone.hpp"
#include "session/plan_rewrite.hpp"
#include "session/session_state.hpp"
#include "sinks/memory_table.hpp"

namespace millrace {

namespace {

// A view, else the rows that a memory sink's table holds now; null when there is neither.
plan::NodePtr table_plan(const NamedPlans& views, const std::string& name) {
  plan::NodePtr rows;
  if (const auto view = views.find(name); view != views.end()) {
    rows = view->second;
  } else if (const auto table = find_memory_table(name)) {
    rows = plan::make_node(plan::LocalRelation{*table->schema(), table->rows()}, {});
  }
  return rows ? plan::make_node(plan::SubqueryAlias{name}, {rows}) : nullptr;
}

}  // namespace

Session::Session(SessionSettings settings)
    : state_(std::make_shared<SessionState>(std::move(settings))) {}

const SessionSettings& Session::settings() const { return state_->chosen_settings; }

DataStreamReader Session::read_stream() const { return DataStreamReader(state_); }

Result<DataFrame> Session::sql(const std::string& text) const {
  auto zone = TimeZone::find(state_->chosen_settings.time_zone);
  if (!zone) return std::move(zone.error());
  auto plan = plan_of_sql(text, *zone);
  if (!plan) return std::move(plan.error());
  const auto views = state_->views();
  return DataFrame(
      state_, with_tables(*plan, [&](const std::string& name) { return table_plan(views, name); }));
}

Result<DataFrame> Session::table(const std::string& name) const {
  if (auto plan = table_plan(state_->views(), name)) return DataFrame(state_, std::move(plan));
  Error error = spark_error("TABLE_OR_VIEW_NOT_FOUND", "42P01",
                            "The table or view `" + name +
                                "` cannot be found. Verify the spelling and correctness of the "
                                "schema and catalog.");
  error.kind = ErrorKind::Config;
  error.fix = "make the view first, with `create_or_replace_temp_view`";
  return error;
}

DataFrame Session::create_data_frame(Schema schema, std::vector<std::vector<Value>> rows) const {
  plan::LocalRelation local{std::move(schema), std::move(rows)};
  return {state_, plan::make_node(std::move(local), {})};
}

bool Session::drop_temp_view(const std::string& name) const { return state_->drop_view(name); }

}  // namespace millrace
