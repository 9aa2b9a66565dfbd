// Static tables of the C++ API that are read again.
#include "session/session.hpp"
#include "tests/support/catch.hpp"
#include "topology/analysis/analyzer.hpp"
#include "topology/planner.hpp"

using namespace millrace;

namespace {

DataFrame cities(const Session& session, const std::string& reload) {
  return session.read().format("csv").schema("id BIGINT, city STRING").reload(reload).load("docs");
}

DataFrame with_cities(const Session& session, const std::string& reload) {
  return session.read_stream().format("rate").load().join(cities(session, reload), "value = id");
}

/// What the plan of the frame says about its table; or why there is none.
std::string table_note(const DataFrame& frame) {
  plan::WriteStream output;
  output.input = frame.plan();
  output.format = "noop";
  const Analysis analysis = analyze({output}, Catalog::builtin(), {});
  if (!analysis.ok()) return analysis.errors.front().message;
  const auto plan = plan_execution(analysis.plan, {});
  if (!plan) return plan.error().message;
  for (const ExecutionNode& node : plan->nodes)
    for (const PlanNote& note : node.notes)
      if (note.topic == "state") return note.text;
  return "no note";
}

}  // namespace

TEST_CASE("a program's table is read again when the time has passed or a file has changed") {
  const Session session;
  CHECK(table_note(with_cities(session, "10 minutes")) ==
        "the table, read when the job starts, read again every 10 minutes");
  CHECK(table_note(with_cities(session, "onChange")) ==
        "the table, read when the job starts, read again when its files change");
}

TEST_CASE("a reload that no join can do is refused when the query starts") {
  const Session session;
  const auto error_of = [](const DataFrame& frame) {
    const auto query = frame.write_stream().format("noop").start();
    return query ? std::string("started") : query.error().message;
  };
  CHECK(error_of(with_cities(session, "soon")) ==
        "reload: neither a duration nor `onChange`: 'soon'");
  CHECK(error_of(session.read_stream().format("rate").reload("onChange").load()) ==
        "reload: no stream is joined with '' as its table");
}
