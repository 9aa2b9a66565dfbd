#include "expressions/functions/groups.hpp"

namespace millrace {

void register_library_functions(FunctionRegistry&) {}

}  // namespace millrace
