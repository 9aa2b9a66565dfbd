#include "expressions/bind/constant_folding.hpp"

#include <algorithm>

#include "expressions/kernels/kernel_expression.hpp"
#include "records/calendar.hpp"
#include "records/time_text.hpp"

namespace millrace {

namespace {

class FoldedConstant final : public BoundExpression {
 public:
  FoldedConstant(RecordPool::Owner pool, ColumnRef column, DataType type, bool nullable)
      : BoundExpression(std::move(type), nullable),
        pool_(std::move(pool)),
        column_(std::move(column)) {}

  ColumnRef evaluate(EvalContext&, const RecordBatch&, Rows) const override { return column_; }
  bool is_constant() const override { return true; }
  bool is_cheap() const override { return true; }

 private:
  RecordPool::Owner pool_;
  ColumnRef column_;
};

}  // namespace

ColumnRef evaluate_constant(const BoundExpression& constant, EvalContext& context) {
  RecordBatch batch = context.pool.make_batch_without_columns(std::make_shared<const Schema>());
  batch.set_num_physical_rows(1);
  return constant.evaluate(context, batch, Rows::all(1));
}

bool all_constant(const std::vector<BoundExpressionPtr>& arguments) {
  return !arguments.empty() &&
         std::all_of(arguments.begin(), arguments.end(), [](const BoundExpressionPtr& argument) {
           return argument != nullptr && argument->is_constant();
         });
}

BoundExpressionPtr fold_constant(const BoundExpressionPtr& expression) {
  RecordPool::Owner pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const ColumnRef value = evaluate_constant(*expression, context);
  if (!context.errors.empty())
    return kernels::make_failing(expression->type(), expression->nullable(),
                                 std::move(context.errors.front().error));
  ColumnRef column = pool->make_column(expression->type());
  column->append_from(*value, 0);
  column->make_constant();
  return std::make_shared<FoldedConstant>(std::move(pool), std::move(column), expression->type(),
                                          expression->nullable());
}

bool depends_on_clock(const BoundExpression& constant, const DataType& cast_to) {
  if (constant.type().kind() != TypeKind::String || cast_to.kind() != TypeKind::Timestamp)
    return false;
  RecordPool::Owner pool = RecordPool::create();
  EvalContext context{*pool, 0, {}};
  const ColumnRef value = evaluate_constant(constant, context);
  if (value->is_null(0)) return false;
  const auto text = value->at<std::string_view>(0);
  return parse_timestamp(text, TimeZone(), 0) != parse_timestamp(text, TimeZone(), kMicrosPerDay);
}

}  // namespace millrace
