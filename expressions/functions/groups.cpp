#include "expressions/functions/groups.hpp"

namespace millrace {

void register_library_functions(FunctionRegistry& registry) {
  register_string_functions(registry);
  register_string_editing_functions(registry);
  register_split_functions(registry);
  register_regex_functions(registry);
  register_concat_functions(registry);
}

}  // namespace millrace
