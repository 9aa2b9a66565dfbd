#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using namespace millrace::test;

namespace {

const SchemaPtr kNumbers =
    schema_of({{"a", TypeKind::Long, true}, {"b", TypeKind::Long, true}});
const std::vector<std::vector<Value>> kRows = {
    {long_value(1), long_value(10)},
    {missing(TypeKind::Long), long_value(20)},
    {long_value(3), long_value(0)},
};

std::string errors_of(const std::string& sql, const BindScope& scope) {
  auto parsed = parse_expression(sql);
  REQUIRE(parsed.ok());
  std::vector<Error> errors;
  const ExpressionSettings settings;
  millrace::bind(**parsed, scope, FunctionRegistry::builtin(), settings, errors);
  std::string text;
  for (const Error& error : errors) text += "[" + error.error_class + "] " + error.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("names are found without regard to case") {
  CHECK(trace("A + B", kNumbers, kRows) == "11 null 3");
}

TEST_CASE("a name that is not there comes with the nearest ones") {
  CHECK(errors_of("amont", BindScope{{{"k", {}, {}, TypeKind::Int},
                                      {"amount", {}, {}, TypeKind::Int},
                                      {"ts", {}, {}, TypeKind::Timestamp}}}) ==
        "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name "
        "`amont` cannot be resolved. Did you mean one of the following? [`amount`, `k`, `ts`].\n");
}

TEST_CASE("a name that two inputs have needs its qualifier") {
  const BindScope scope{{{"k", {"l"}, {}, TypeKind::Int}, {"k", {"r"}, {}, TypeKind::Int}}};

  CHECK(errors_of("k = 1", scope) ==
        "[AMBIGUOUS_REFERENCE] Reference `k` is ambiguous, could be: [`l`.`k`, `r`.`k`].\n");
  CHECK(errors_of("l.k = r.k", scope).empty());
}

TEST_CASE("an attribute with a node id is looked for among that node's columns") {
  const BindScope scope{{{"k", {}, {1, 3}, TypeKind::Int}, {"k", {}, {2, 3}, TypeKind::Int}}};
  const ExpressionSettings settings;
  std::vector<Error> errors;

  const auto found = millrace::bind(*make_expression(Attribute{{"k"}, 2}), scope,
                                    FunctionRegistry::builtin(), settings, errors);
  const auto ambiguous = millrace::bind(*make_expression(Attribute{{"k"}, 3}), scope,
                                        FunctionRegistry::builtin(), settings, errors);

  REQUIRE(found != nullptr);
  CHECK(found->column_index() == 1);
  CHECK(ambiguous == nullptr);
}

TEST_CASE("what follows a column's name is a field") {
  const DataType inner = DataType::structure({{"x", TypeKind::Long, true}});
  const SchemaPtr schema = schema_of({{"s", DataType::structure({{"in", inner, true}}), true}});
  const Value row{schema->fields[0].type,
                  std::vector<Value>{{inner, std::vector<Value>{long_value(7)}}}};

  CHECK(trace("s.in.x", schema, {{row}, {missing(schema->fields[0].type)}}) == "7 null");
  CHECK(trace("s.in.y", schema, {{row}}) ==
        "FIELD_NOT_FOUND: No such struct field `y` in `x`.\n");
}

TEST_CASE("every error of an expression is reported") {
  CHECK(errors_of("nope + splitt(a)", BindScope{{{"a", {}, {}, TypeKind::String}}}) ==
        "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name "
        "`nope` cannot be resolved. Did you mean one of the following? [`a`].\n"
        "[UNRESOLVED_ROUTINE] Cannot resolve routine `splitt` on search path [`system`.`builtin`, "
        "`system`.`session`, `spark_catalog`.`default`].\n");
}

TEST_CASE("an error points at the part it is about") {
  auto parsed = parse_expression("a +\n  bb");
  REQUIRE(parsed.ok());
  std::vector<Error> errors;
  const ExpressionSettings settings;

  millrace::bind(**parsed, BindScope{{{"a", {}, {}, TypeKind::Int}}},
                 FunctionRegistry::builtin(), settings, errors);

  REQUIRE(errors.size() == 1);
  CHECK(errors[0].origin.line == 2);
  CHECK(errors[0].origin.column == 3);
}

TEST_CASE("text is parsed where it stands") {
  std::vector<Error> errors;
  const ExpressionSettings settings;

  const auto bound =
      millrace::bind(*make_expression(Text{"a > 5"}), BindScope{{{"a", {}, {}, TypeKind::Long}}},
                     FunctionRegistry::builtin(), settings, errors);

  REQUIRE(bound != nullptr);
  CHECK(bound->type() == DataType(TypeKind::Boolean));
}

TEST_CASE("constants are folded and keep Spark's nullability") {
  std::string failure;
  const ExpressionSettings settings;
  const auto bound = bind_text("CAST('1' AS INT) + 2 * 3", Schema{}, settings, failure);

  REQUIRE(bound != nullptr);
  CHECK(bound->is_constant());
  CHECK(bound->nullable());
}

TEST_CASE("an error among constants arises in the rows that reach it") {
  CHECK(trace("CASE WHEN a = 3 THEN 1 / 0 ELSE 5 END", kNumbers, kRows) ==
        "5.0 5.0 DIVIDE_BY_ZERO");
}

TEST_CASE("aggregates and generators are refused where a scalar must stand") {
  CHECK(errors_of("explode(array(1))", BindScope()).starts_with("[UNSUPPORTED_GENERATOR"));
  CHECK(errors_of("1 + count(1)", BindScope()).starts_with("[UNSUPPORTED_EXPR_FOR_OPERATOR]"));
}

TEST_CASE("types that have no operator in common are refused") {
  CHECK(errors_of("true = 1", BindScope()) ==
        "[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] Cannot resolve \"(true = 1)\" due to data type "
        "mismatch: the left and right operands of the binary operator have incompatible types "
        "(\"BOOLEAN\" and \"INT\").\n");
}

TEST_CASE("a lambda is refused where no higher order function takes it") {
  CHECK(errors_of("abs(x -> x)", BindScope())
            .starts_with("[INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION]"));
}
