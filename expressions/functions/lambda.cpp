#include "expressions/functions/lambda.hpp"

#include <set>

#include <fmt/format.h>

#include "expressions/functions/function_errors.hpp"
#include "expressions/kernels/gather.hpp"

namespace millrace {

namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return result;
}

/// Lower-case words of all names in an expression; `all` is set where it holds more than names.
struct NamesUsed {
  std::set<std::string> words;
  bool all = false;

  void visit(const ExpressionPtr& expression) {
    if (expression) std::visit([this](const auto& node) { add(node); }, expression->node);
  }
  void add(const Attribute& node) {
    for (const std::string& part : node.parts) words.insert(lower_case(part));
  }
  void add(const Literal&) {}
  void add(const Function& node) {
    for (const ExpressionPtr& argument : node.arguments) visit(argument);
  }
  void add(const Cast& node) { visit(node.child); }
  void add(const Alias& node) { visit(node.child); }
  void add(const ExtractValue& node) {
    visit(node.child);
    visit(node.key);
  }
  void add(const Lambda& node) { visit(node.body); }
  template <class Other>
  void add(const Other&) {
    all = true;
  }
};

class BatchCall final : public BoundExpression {
 public:
  BatchCall(DataType type, bool nullable, BatchEvaluation evaluate)
      : BoundExpression(std::move(type), nullable), evaluate_(std::move(evaluate)) {}
  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch, Rows rows) const override {
    return evaluate_(context, batch, rows);
  }

 private:
  BatchEvaluation evaluate_;
};

Error not_a_lambda(const FunctionCall& call, std::size_t index) {
  return unexpected_input_type(call, index, "\"LAMBDA\"");
}

}  // namespace

Result<BoundLambda> BoundLambda::make(const FunctionCall& call, std::size_t index,
                                      std::vector<Field> parameters, std::size_t least) {
  const auto* lambda =
      index < call.syntax.size() ? std::get_if<Lambda>(&call.syntax[index]->node) : nullptr;
  if (!lambda || !call.functions) return not_a_lambda(call, index);
  const std::size_t given = lambda->parameters.size();
  if (given > parameters.size() || given < least)
    return row_error("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
                     fmt::format("Invalid lambda function call. A higher order function expects {} "
                                 "arguments, but got {}.",
                                 given, parameters.size()));
  NamesUsed used;
  used.visit(lambda->body);
  BindScope scope;
  Schema schema;
  if (call.scope) scope = *call.scope;
  BoundLambda result;
  result.num_outer_ = scope.columns.size();
  for (ScopeColumn& column : scope.columns) {
    const bool needed = used.all || used.words.contains(lower_case(column.name));
    schema.fields.push_back({needed ? column.name : "", column.type, column.nullable});
    result.uses_outer_ = result.uses_outer_ || needed;
    for (const std::string& parameter : lambda->parameters)
      if (equal_ignoring_case(parameter, column.name)) column.name.clear();
  }
  for (std::size_t i = 0; i < given; ++i) {
    scope.columns.push_back(
        {lambda->parameters[i], {}, {}, parameters[i].type, parameters[i].nullable});
    schema.fields.push_back(parameters[i]);
  }
  std::vector<Error> errors;
  result.body_ = millrace::bind(*lambda->body, scope, *call.functions, call.settings, errors);
  if (!result.body_) return errors.front();
  result.num_parameters_ = given;
  result.schema_ = std::make_shared<const Schema>(std::move(schema));
  return result;
}

ColumnRef BoundLambda::evaluate(EvalContext& context, const RecordBatch& batch,
                                const std::vector<ColumnRef>& parameters,
                                const std::vector<std::uint32_t>& outer_rows) const {
  const auto num_elements = static_cast<std::uint32_t>(outer_rows.size());
  if (num_elements == 0) return context.pool.make_column(body_->type());
  RecordBatch elements = context.pool.make_batch_without_columns(schema_);
  for (std::size_t c = 0; c < num_outer_; ++c) {
    const bool needed = uses_outer_ && !(*schema_)[c].name.empty();
    elements.columns().push_back(
        needed ? kernels::gather(context.pool, batch.column_ref(c), outer_rows) : ColumnRef());
  }
  for (std::size_t p = 0; p < num_parameters_; ++p) elements.columns().push_back(parameters[p]);
  elements.set_num_physical_rows(num_elements);
  const std::size_t first_error = context.errors.size();
  ColumnRef values = body_->evaluate(context, elements, Rows::all(num_elements));
  for (std::size_t e = first_error; e < context.errors.size(); ++e)
    context.errors[e].row = outer_rows[context.errors[e].row];
  return flatten(context.pool, std::move(values), num_elements);
}

Result<BoundLambda> BoundLambda::cast_to(const DataType& type,
                                         const ExpressionSettings& settings) const {
  Result<BoundExpressionPtr> body = bound_cast(body_, type, CastMode::Plain, settings);
  if (!body) return body.error();
  BoundLambda result = *this;
  result.body_ = std::move(*body);
  return result;
}

BoundExpressionPtr make_batch_call(DataType type, bool nullable, BatchEvaluation evaluate) {
  return std::make_shared<BatchCall>(std::move(type), nullable, std::move(evaluate));
}

}  // namespace millrace
