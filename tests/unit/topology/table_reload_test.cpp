#include "topology/planning/table_source.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/operator_harness.hpp"
#include "tests/unit/topology/plan_builders.hpp"
#include "topology/planner.hpp"
#include "topology/planning/operator_factory.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

using namespace millrace;
using namespace millrace::test;
using namespace millrace::testing;
namespace fs = std::filesystem;

namespace {

/// A folder with one CSV file (id BIGINT, city STRING), which is read as a table.
class Cities {
 public:
  Cities() {
    char name[] = "/tmp/millrace-reload-XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    folder_ = name;
    write("cities.csv", "1,Bonn\n2,Ulm\n");
  }
  ~Cities() { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  plan::NodePtr table(const std::string& reload) const {
    plan::Read read;
    read.format = "file";
    read.schema = "id BIGINT, city STRING";
    read.paths = {folder_.string()};
    read.streaming = false;
    read.options.set("format", "csv");
    plan::Node node = *plan::make_node(std::move(read), {});
    node.options.set("reload", reload);
    node.options.set("paths", folder_.string());
    return std::make_shared<const plan::Node>(std::move(node));
  }

 private:
  fs::path folder_;
};

plan::NodePtr ticks() {
  plan::Read read;
  read.format = "rate";
  return plan::make_node(std::move(read), {});
}

Analysis with_table(const plan::NodePtr& table) {
  return analyze({write(join(ticks(), table, "value = id"))}, Catalog::builtin(), {});
}

const resolved::Step& join_of(const Analysis& analysis) {
  REQUIRE(errors_of(analysis) == "");
  return *analysis.plan.outputs.front().input;
}

/// Message and fix of what is wrong with a table.
std::string error_of(const plan::NodePtr& table) {
  const Analysis analysis = with_table(table);
  const auto options = table_reload(*join_of(analysis).inputs.back());
  return options.ok() ? "" : options.error().message + " | " + options.error().fix;
}

}  // namespace

TEST_CASE("a join reads its table again through the source and the steps behind it") {
  const Cities cities;
  const Analysis analysis = with_table(where(cities.table("1 minute"), "city <> 'Ulm'"));
  const resolved::Step& joined = join_of(analysis);
  const auto spec = operator_spec(joined, {});
  REQUIRE(spec.ok());
  OperatorHarness harness({joined.inputs.front()->schema, joined.inputs.back()->schema},
                          [&] { return spec->make(); });

  harness.rows({{1, "an older city"}}, 1).rows({{sec(1), 1}}).marker();
  harness.wait(61).rows({{sec(2), 1}, {sec(2), 2}});
  CHECK(harness.run() == "1,1,1,an older city |0 2,1,1,Bonn");
}

TEST_CASE("files that come, grow or go are a change, once") {
  const Cities cities;
  const Analysis analysis = with_table(cities.table("onChange"));
  const auto options = table_reload(*join_of(analysis).inputs.back());
  REQUIRE(options.ok());
  REQUIRE(options->has_value());
  const auto reader = (*options)->make();

  CHECK_FALSE(reader->has_changed());
  cities.write("more.csv", "3,Kiel\n");
  CHECK(reader->has_changed());
  CHECK_FALSE(reader->has_changed());
  cities.write("more.csv", "3,Kiel\n4,Jena\n");
  CHECK(reader->has_changed());
}

TEST_CASE("explain says when a table is read again") {
  const Cities cities;
  CHECK(reload_text(*join_of(with_table(cities.table("10 minutes"))).inputs.back()) ==
        "read again every 10 minutes");
  CHECK(reload_text(*join_of(with_table(cities.table("onchange"))).inputs.back()) ==
        "read again when its files change");
}

TEST_CASE("a reload that says no time, or that no join can do, is an error") {
  const Cities cities;
  CHECK(error_of(cities.table("soon")) ==
        "reload: neither a duration nor `onChange`: 'soon' | write `reload: 10 minutes` or `reload: "
        "onChange`");
  CHECK(error_of(group(cities.table("1 minute"), {"id"})) ==
        "reload: the join does not read the source itself but 'aggregate' over it | join with the "
        "source, or with `select` and `where` of it");
  const Analysis alone = analyze({write(cities.table("1 minute"))}, Catalog::builtin(), {});
  const auto plan = plan_execution(alone.plan, {});
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().fix == "add `static: true` and join a stream with it, or remove `reload`");
}
