#include "expressions/functions/argument_types.hpp"

#include <algorithm>
#include <vector>

#include "expressions/functions/function_errors.hpp"

namespace millrace {

FunctionGroup::Bind takes_only(std::initializer_list<TypeKind> kinds, std::size_t index, const char* required,
                               FunctionGroup::Bind bind) {
  return [kinds = std::vector<TypeKind>(kinds), index, required,
          bind = std::move(bind)](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (index >= call.arguments.size() || !call.arguments[index]) return bind(call);
    const DataType& type = call.arguments[index]->type();
    if (!type.is_null() && std::find(kinds.begin(), kinds.end(), type.kind()) == kinds.end())
      return unexpected_input_type(call, index, required);
    return bind(call);
  };
}

FunctionGroup::Bind takes_only_text(FunctionGroup::Bind bind) {
  return takes_only({TypeKind::String}, 0, "\"STRING\"", std::move(bind));
}

FunctionGroup::Bind takes_only_whole_numbers(FunctionGroup::Bind bind) {
  return takes_only({TypeKind::Byte, TypeKind::Short, TypeKind::Int, TypeKind::Long}, 0, "\"INTEGRAL\"",
                    std::move(bind));
}

}  // namespace millrace
