#include "session/session.hpp"

#include "expressions/expression_errors.hpp"
#include "records/time_zone.hpp"
#include "session/plan_rewrite.hpp"
#include "session/session_state.hpp"
#include "sinks/memory_table.hpp"
#include "topology/option_registry.hpp"

#include <algorithm>

namespace millrace {

namespace {

// ``json.`folder` ``: the files there, read once.
plan::NodePtr file_table(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string format = name.substr(0, dot);
  const auto& formats = format_names();
  if (dot == std::string::npos || std::find(formats.begin(), formats.end(), format) == formats.end())
    return nullptr;
  plan::Read read;
  read.format = format;
  read.paths = {name.substr(dot + 1)};
  read.streaming = false;
  return plan::make_node(std::move(read), {});
}

// A view, else the rows that a memory sink's table holds now, else files; null when there are none.
plan::NodePtr table_plan(const NamedPlans& views, const std::string& name) {
  plan::NodePtr rows;
  if (const auto view = views.find(name); view != views.end()) {
    rows = view->second;
  } else if (const auto table = find_memory_table(name)) {
    rows = plan::make_node(plan::LocalRelation{*table->schema(), table->rows()}, {});
  } else {
    rows = file_table(name);
  }
  return rows ? plan::make_node(plan::SubqueryAlias{name}, {rows}) : nullptr;
}

}  // namespace

Session::Session(SessionSettings settings)
    : state_(std::make_shared<SessionState>(std::move(settings))) {}

const SessionSettings& Session::settings() const { return state_->chosen_settings; }

DataStreamReader Session::read_stream() const { return DataStreamReader(state_); }

DataStreamReader Session::read() const {
  return DataStreamReader(state_, DataStreamReader::Mode::Static);
}

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

Status Session::register_function(ProgramFunction function) const {
  return state_->add_function(std::move(function));
}

StreamingQueryManager Session::streams() const { return StreamingQueryManager(state_); }

std::vector<std::string> Session::view_names() const {
  std::vector<std::string> names;
  for (const auto& [name, plan] : state_->views()) names.push_back(name);
  return names;
}

bool Session::drop_temp_view(const std::string& name) const { return state_->drop_view(name); }

}  // namespace millrace
