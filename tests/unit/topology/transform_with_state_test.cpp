#include "tests/support/catch.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/explain.hpp"
#include "topology/planner.hpp"
#include "topology/processor_library.hpp"

using namespace millrace;
using namespace millrace::testing;

namespace {

class Nothing final : public StatefulProcessor {
 public:
  void init(StatefulProcessorHandle&) override {}
  void handle_input_rows(const RowView&, InputRows&, const TimerValues&, OutputRows&) override {}
};

plan::TransformWithState nothing(const std::string& time_mode = "") {
  plan::TransformWithState transform;
  transform.grouping.push_back(make_expression(Text{"k"}));
  transform.processor = "nothing";
  transform.schema = "k STRING, n BIGINT";
  transform.time_mode = time_mode;
  transform.make = [] { return std::make_unique<Nothing>(); };
  return transform;
}

plan::NodePtr over(const std::string& name, plan::TransformWithState transform) {
  return plan::make_node(std::move(transform), {table(name)});
}

std::string errors_with(plan::TransformWithState transform, const std::string& name = "ev") {
  return errors_of(analyzed(over(name, std::move(transform))));
}

}  // namespace

TEST_CASE("a processor's output has the columns of its schema") {
  CHECK(columns_of(over("ev", nothing())) == "k:string,n:bigint");
  CHECK(columns_of(select(over("wm", nothing("eventTime")), {"n + 1 AS m"})) == "m:bigint");
}

TEST_CASE("a processor's node is spread by its key and says that its state is its own") {
  Settings settings;
  settings.parallelism = 2;
  const std::vector<plan::WriteStream> outputs{write(over("ev", nothing()))};
  const auto analysis = analyze(outputs, catalog_with_names(), settings);
  REQUIRE(analysis.ok());
  const auto plan = plan_execution(analysis.plan, settings);
  REQUIRE(plan.ok());

  const std::string text = explain(outputs, *plan, settings, ExplainFormat::Tree);

  CHECK(text.find("hash(k)") != std::string::npos);
  CHECK(text.find("state: UNBOUNDED unless the processor clears it") != std::string::npos);
}

TEST_CASE("timers in event time need a watermark") {
  CHECK(errors_with(nothing("eventTime"), "wm") == "");
  CHECK(errors_with(nothing("eventTime")) ==
        "transformWithState: timers in event time without a watermark");
}

TEST_CASE("what cannot be a processor's declaration is refused") {
  CHECK(errors_with(nothing("sometimes")) == "transformWithState: unknown time mode: 'sometimes'");
  plan::TransformWithState without_key = nothing();
  without_key.grouping.clear();
  CHECK(errors_with(without_key) == "transformWithState: no key");
  plan::TransformWithState without_columns = nothing();
  without_columns.schema = "k STRNG";
  CHECK(errors_with(without_columns) != "");
}

TEST_CASE("a library that is not there is an error that names it") {
  plan::TransformWithState transform = nothing();
  transform.make = nullptr;
  transform.library = "/nowhere/libnone.so";
  CHECK(errors_with(transform) == "processor library: cannot open: '/nowhere/libnone.so'");
}
