#include "expressions/expression_types.hpp"

namespace millrace {

std::vector<DataType> types_of(const std::vector<BoundExpressionPtr>& expressions) {
  std::vector<DataType> types;
  for (const BoundExpressionPtr& expression : expressions) types.push_back(expression->type());
  return types;
}

}  // namespace millrace
