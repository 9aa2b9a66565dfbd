#include "operators/table_join.hpp"

#include "expressions/binder.hpp"
#include "expressions/parser.hpp"
#include "tests/support/operator_harness.hpp"

#include <algorithm>

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kOrders = schema_of({{"user", TypeKind::String}, {"amount", TypeKind::Long}});
const SchemaPtr kUsers = schema_of({{"name", TypeKind::String}, {"city", TypeKind::String}});
const SchemaPtr kPairs = schema_of({{"user", TypeKind::String},
                                    {"amount", TypeKind::Long},
                                    {"name", TypeKind::String},
                                    {"city", TypeKind::String}});

BoundExpressionPtr bound(const std::string& text, const SchemaPtr& schema) {
  BindScope scope;
  for (const Field& field : schema->fields)
    scope.columns.push_back({field.name, {}, {}, field.type, true});
  std::vector<Error> errors;
  const auto list = parse_expression_list(text);
  REQUIRE(list.ok());
  auto expression = bind(*list->front(), scope, FunctionRegistry::builtin(), {}, errors);
  REQUIRE(errors.empty());
  return expression;
}

TableJoinOptions orders_and_users(JoinType type) {
  TableJoinOptions options;
  options.type = type;
  options.left = {kOrders, {column_of(kOrders, 0)}, nullptr};
  options.right = {kUsers, {column_of(kUsers, 0)}, nullptr};
  options.null_safe = {false};
  options.pairs = kPairs;
  options.output = gives_left_only(type) ? kOrders : kPairs;
  return options;
}

OperatorHarness joined(TableJoinOptions options) {
  return OperatorHarness({kOrders, kUsers}, [options] { return make_table_join(options); });
}

const std::vector<Row> kTwoUsers{{"ann", "Bonn"}, {"bob", "Ulm"}};
const std::vector<Row> kTwiceAnn{{"ann", "Bonn"}, {"bob", "Ulm"}, {"ann", "Kiel"}};
const std::vector<Row> kThreeOrders{{"ann", 1}, {"eve", 2}, {nullptr, 3}, {"bob", 4}};

std::string orders_with(TableJoinOptions options, const std::vector<Row>& users) {
  return joined(std::move(options)).rows(users, 1).rows(kThreeOrders).marker().run();
}

/// Gives one user, whose city tells how often the table was read.
class CountingReader final : public TableReader {
 public:
  CountingReader(bool changes, bool fails) : changes_(changes), fails_(fails) {}
  Status start(OperatorContext& context) override {
    if (fails_) return make_error(ErrorKind::Io, "users.csv: gone");
    pool_ = &context.pool;
    ++times_read_;
    num_left_ = 3;
    return {};
  }
  Result<std::optional<RecordBatch>> read() override {
    if (--num_left_ == 0) return std::optional<RecordBatch>();
    if (num_left_ == 2) return std::optional(RecordBatch());
    const std::string city = "city " + std::to_string(times_read_);
    return std::optional(batch_of(*pool_, kUsers, {{"ann", city}}));
  }
  bool has_changed() override { return changes_; }

 private:
  const bool changes_;
  const bool fails_;
  RecordPool* pool_ = nullptr;
  int times_read_ = 0;
  int num_left_ = 0;
};

OperatorHarness reloaded(bool only_when_changed, bool changes, bool fails = false) {
  TableJoinOptions options = orders_and_users(JoinType::LeftOuter);
  options.reload = make_table_readings(
      {[=] { return std::make_unique<CountingReader>(changes, fails); }, sec(60), only_when_changed});
  return joined(options);
}

}  // namespace

TEST_CASE("a table is read again before the first row of an epoch, once its time has come") {
  auto harness = reloaded(false, false);
  harness.rows({{"ann", "Bonn"}}, 1).rows({{"ann", 1}}).wait(61).rows({{"ann", 2}}).marker();
  harness.wait(61).rows({{"ann", 3}}).wait(61).rows({{"ann", 4}});
  CHECK(harness.run() ==
        "ann,1,ann,Bonn ann,2,ann,Bonn |0 ann,3,ann,city 1 ann,4,ann,city 1");
}

TEST_CASE("a table that is read when it changes stays while it does not") {
  auto unchanged = reloaded(true, false);
  unchanged.rows({{"ann", "Bonn"}}, 1).wait(61).rows({{"ann", 1}});
  CHECK(unchanged.run() == "ann,1,ann,Bonn");
  auto changed = reloaded(true, true);
  changed.rows({{"ann", "Bonn"}}, 1).wait(61).rows({{"ann", 1}});
  CHECK(changed.run() == "ann,1,ann,city 1");
}

TEST_CASE("a table that cannot be read again ends the job") {
  auto harness = reloaded(false, false, true);
  harness.rows({{"ann", "Bonn"}}, 1).wait(61).rows({{"ann", 1}});
  CHECK(harness.run() == "");
  REQUIRE(harness.failures().size() == 1);
  CHECK(harness.failures().front().message == "users.csv: gone");
}

TEST_CASE("an inner join gives the rows that the table knows, with the table's columns") {
  CHECK(orders_with(orders_and_users(JoinType::Inner), kTwoUsers) ==
        "ann,1,ann,Bonn bob,4,bob,Ulm |0");
}

TEST_CASE("each row of the table with the same key makes a row") {
  CHECK(orders_with(orders_and_users(JoinType::Inner), kTwiceAnn) ==
        "ann,1,ann,Bonn ann,1,ann,Kiel bob,4,bob,Ulm |0");
}

TEST_CASE("an outer join keeps rows without partner, NULL keys too") {
  auto options = orders_and_users(JoinType::LeftOuter);
  CHECK(orders_with(options, kTwoUsers) ==
        "ann,1,ann,Bonn eve,2,null,null null,3,null,null bob,4,bob,Ulm |0");
}

TEST_CASE("semi and anti joins part the stream in two") {
  CHECK(orders_with(orders_and_users(JoinType::LeftSemi), kTwiceAnn) == "ann,1 bob,4 |0");
  CHECK(orders_with(orders_and_users(JoinType::LeftAnti), kTwiceAnn) == "eve,2 null,3 |0");
}

TEST_CASE("a condition picks among the partners, and an outer row without one stays") {
  auto options = orders_and_users(JoinType::LeftSemi);
  options.condition = bound("city = 'Kiel' OR amount > 3", kPairs);
  CHECK(orders_with(options, kTwiceAnn) == "ann,1 bob,4 |0");
  options.condition = bound("city = 'Ulm'", kPairs);
  CHECK(orders_with(options, kTwiceAnn) == "bob,4 |0");
  auto inner = orders_and_users(JoinType::Inner);
  inner.condition = bound("city = 'Kiel'", kPairs);
  CHECK(orders_with(inner, kTwiceAnn) == "ann,1,ann,Kiel |0");
}

TEST_CASE("a side's own condition decides who may have a partner") {
  auto options = orders_and_users(JoinType::LeftOuter);
  options.left.condition = bound("amount > 1", kOrders);
  options.right.condition = bound("city != 'Kiel'", kUsers);
  CHECK(orders_with(options, kTwiceAnn) ==
        "ann,1,null,null eve,2,null,null null,3,null,null bob,4,bob,Ulm |0");
}

TEST_CASE("a null-safe key finds NULL") {
  auto options = orders_and_users(JoinType::Inner);
  options.null_safe = {true};
  CHECK(orders_with(options, {{nullptr, "Rom"}}) == "null,3,null,Rom |0");
}

TEST_CASE("without keys every row meets every other") {
  auto options = orders_and_users(JoinType::Inner);
  options.left.keys.clear();
  options.right.keys.clear();
  options.null_safe.clear();
  options.condition = bound("amount = 1", kPairs);
  CHECK(orders_with(options, kTwoUsers) == "ann,1,ann,Bonn ann,1,bob,Ulm |0");
}

TEST_CASE("the table may stand on the left") {
  auto options = orders_and_users(JoinType::RightOuter);
  options.table_port = 0;
  auto harness = joined(options);
  harness.rows({{"ann", 7}}, 0).rows({{"ann", "Bonn"}, {"bob", "Ulm"}}, 1).marker();
  CHECK(harness.run() == "ann,7,ann,Bonn null,null,bob,Ulm |0");
}

TEST_CASE("a full join gives what is left of the table at the end") {
  auto harness = joined(orders_and_users(JoinType::FullOuter));
  harness.rows({{"ann", "Bonn"}, {"bob", "Ulm"}, {nullptr, "Rom"}}, 1);
  harness.rows({{"ann", 1}, {"ann", 2}}).finish();
  CHECK(harness.run() == "ann,1,ann,Bonn ann,2,ann,Bonn null,null,bob,Ulm null,null,null,Rom end");
}

TEST_CASE("a row with more partners than a batch holds gives them all") {
  std::vector<Row> users;
  for (int i = 0; i < 10'000; ++i) users.push_back({"ann", std::to_string(i)});
  auto harness = joined(orders_and_users(JoinType::Inner));
  harness.rows(users, 1).rows({{"ann", 1}, {"ann", 2}}).marker();
  const std::string given = harness.run();
  CHECK(std::count(given.begin(), given.end(), ' ') == 20'000);
  CHECK(given.find("ann,2,ann,9999") != std::string::npos);
}
