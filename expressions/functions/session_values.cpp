#include "expressions/functions/function_errors.hpp"
#include "expressions/functions/groups.hpp"
#include "expressions/functions/scalar_kernel.hpp"

// What a session says about itself: there is one catalog with one database.
namespace millrace {

namespace {

FunctionGroup::Bind constant(const char* text) {
  return [text](const FunctionCall& call) -> Result<BoundExpressionPtr> {
    if (Status status = check_num_arguments(call, 0, 0); !status) return status.error();
    return bound_literal(text_value(text));
  };
}

}  // namespace

void register_session_functions(FunctionRegistry& registry) {
  FunctionGroup session(registry, "session");
  session.add_custom("current_catalog()", "Name of the catalog.", constant("spark_catalog"));
  session.add_custom("current_database()", "Name of the database.", constant("default"))
      .alias("current_schema");
}

}  // namespace millrace
