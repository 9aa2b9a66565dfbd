#pragma once

#include "expressions/functions/scalar_kernel.hpp"

namespace millrace {

/// The body of a lambda, bound to its parameters and to the columns of the query around it. The body
/// runs once for all elements of a batch, not once for each. Immutable.
class BoundLambda {
 public:
  /// Binds argument `index` of the call; `parameters` are types of the lambda's parameters, of which
  /// those behind the first `least` may be left out. Errors: INVALID_LAMBDA_FUNCTION_CALL.*, those of the body.
  static Result<BoundLambda> make(const FunctionCall& call, std::size_t index,
                                  std::vector<Field> parameters, std::size_t least = 1);

  const BoundExpression& body() const { return *body_; }
  /// Values of the body for each element: `parameters` are columns of elements, `outer_rows[e]` is the
  /// row of `batch` that element e belongs to. Errors are reported for that row.
  ColumnRef evaluate(EvalContext& context, const RecordBatch& batch,
                     const std::vector<ColumnRef>& parameters,
                     const std::vector<std::uint32_t>& outer_rows) const;
  /// The lambda with its value cast.
  Result<BoundLambda> cast_to(const DataType& type, const ExpressionSettings& settings) const;

 private:
  BoundExpressionPtr body_;
  SchemaPtr schema_;
  std::size_t num_outer_ = 0;
  std::size_t num_parameters_ = 0;
  bool uses_outer_ = false;
};

/// What a function with lambda arguments computes; it gets the whole batch, for the columns that a body names.
using BatchEvaluation = std::function<ColumnRef(EvalContext&, const RecordBatch&, Rows)>;
BoundExpressionPtr make_batch_call(DataType type, bool nullable, BatchEvaluation evaluate);

}  // namespace millrace
