#include "session/user_function.hpp"

#include "expressions/expression_errors.hpp"
#include "expressions/functions/scalar_kernel.hpp"

#include <exception>

namespace millrace {
namespace {

using SharedFunction = std::shared_ptr<const ProgramFunction>;

class UserCall final : public BoundExpression {
 public:
  UserCall(SharedFunction function, std::vector<BoundExpressionPtr> arguments)
      : BoundExpression(function->returns, true),
        function_(std::move(function)),
        arguments_(std::move(arguments)) {}

  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    std::vector<ColumnRef> columns;
    for (const auto& argument : arguments_) columns.push_back(argument->evaluate(context, batch, rows));
    ColumnRef out = context.pool.make_column(type());
    rows.for_each([&](std::uint32_t row) {
      while (out->size() < row) out->append_null();
      append_value(*out, value_of(context, columns, row));
    });
    while (out->size() < rows.end()) out->append_null();
    return out;
  }

 private:
  Value value_of(EvalContext& context, const std::vector<ColumnRef>& columns,
                 std::uint32_t row) const {
    std::vector<Value> values;
    for (const ColumnRef& column : columns)
      values.push_back(value_at(*column, row & column->index_mask()));
    auto made = called(values);
    if (made) return std::move(*made);
    context.fail(row, std::move(made.error()));
    return {type(), {}};
  }

  Result<Value> called(const std::vector<Value>& values) const {
    const auto failed = [this](const std::string& why) {
      return spark_error("FAILED_EXECUTE_UDF", "39000",
                         "User defined function `" + function_->name + "` failed: " + why);
    };
    try {
      auto made = function_->call(values);
      if (made) return made;
      return failed(made.error().message);
    } catch (const std::exception& thrown) {
      return failed(thrown.what());
    }
  }

  const SharedFunction function_;
  const std::vector<BoundExpressionPtr> arguments_;
};

bool is_identifier(const std::string& name) {
  return !name.empty() && quote_name_if_needed(name) == name;
}

}  // namespace

Result<std::shared_ptr<const FunctionRegistry>> with_function(const FunctionRegistry& registry,
                                                              ProgramFunction function) {
  if (!is_identifier(function.name))
    return make_error(ErrorKind::Usage, "function: not a name: '" + function.name + "'",
                      "use letters, digits and underscores");
  FunctionEntry entry;
  entry.name = function.name;
  entry.group = "user";
  entry.signature = function.name + "(...)";
  entry.summary = "A function of the program.";
  const auto shared = std::make_shared<const ProgramFunction>(std::move(function));
  entry.bind_scalar = [shared](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    auto arguments = coerce_arguments(call, shared->arguments);
    if (!arguments) return std::move(arguments.error());
    return BoundExpressionPtr(std::make_shared<UserCall>(shared, std::move(*arguments)));
  };
  auto extended = std::make_shared<FunctionRegistry>(registry);
  extended->add(std::move(entry));
  return std::shared_ptr<const FunctionRegistry>(std::move(extended));
}

}  // namespace millrace
