#include "tests/support/catch.hpp"
#include "topology/plan/node.hpp"

using namespace millrace;
using namespace millrace::plan;

namespace {

ExpressionPtr column(const char* name) { return make_expression(Attribute{{name}, {}}); }

}  // namespace

TEST_CASE("node ids differ, their text does not") {
  const auto tree = [] { return make_node(Filter{column("a")}, {make_node(Read{}, {})}); };
  const auto first = tree(), second = tree();
  CHECK(first->id != second->id);
  CHECK(to_text(first) == to_text(second));
}

TEST_CASE("a node with two parents is printed once") {
  Read read;
  read.format = "rate";
  read.options.set("rowsPerSecond", "5");
  const auto source = make_node(read, {});
  CHECK(to_text(make_node(SetOperation{}, {source, source})) ==
        "#1 Union all\n"
        "  #2 Read rate options=[rowsPerSecond=5]\n"
        "  #2 again\n");
}

TEST_CASE("every kind of node says all it holds") {
  const auto line = [](Node::Kind kind) {
    std::string text = to_text(make_node(std::move(kind), {}));
    return text.substr(3, text.size() - 4);
  };
  Read read{"file", "", "a INT", {}, {"in", "more"}, false};
  CHECK(line(read) == "Read file schema=a INT paths=[in, more] static");
  CHECK(line(LocalRelation{{{{"a", TypeKind::Int, true}}},
                           {{Value{TypeKind::Int, std::int64_t{1}}}}}) ==
        "LocalRelation [a INT] [[1]]");
  CHECK(line(SqlQuery{"SELECT 1"}) == "SqlQuery SELECT 1");
  CHECK(line(WithColumns{{{"b", column("a")}}}) == "WithColumns [a AS b]");
  CHECK(line(WithColumnsRenamed{{{"a", "b"}}}) == "WithColumnsRenamed [a AS b]");
  CHECK(line(Drop{{"a"}}) == "Drop [a]");
  CHECK(line(ToDF{{"a", "b"}}) == "ToDF [a, b]");
  CHECK(line(WithWatermark{"ts", "10 seconds", "1 minute"}) ==
        "WithWatermark ts 10 seconds idle=1 minute");
  CHECK(line(Deduplicate{{"a"}, true}) == "Deduplicate [a] within watermark");
  CHECK(line(SetOperation{SetKind::Except, false, true}) == "Except by name");
  CHECK(line(Aggregate{GroupKind::Rollup, {column("a")}, {column("b")}, {}, false}) ==
        "Aggregate rollup [a], [b]");
}

TEST_CASE("options of the verb are part of the text") {
  Node node = *make_node(Drop{{"a"}}, {});
  node.options.set("uid", "x");
  CHECK(to_text(std::make_shared<const Node>(node)) == "#1 Drop [a] with=[uid=x]\n");
}
