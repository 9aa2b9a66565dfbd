#include "expressions/functions/groups.hpp"

#include "expressions/functions/bitmap.hpp"
#include "expressions/functions/model.hpp"
#include "expressions/functions/random.hpp"

namespace millrace {

void register_library_functions(FunctionRegistry& registry) {
  register_string_functions(registry);
  register_string_editing_functions(registry);
  register_string_encoding_functions(registry);
  register_string_format_functions(registry);
  register_split_functions(registry);
  register_regex_functions(registry);
  register_concat_functions(registry);
  register_time_field_functions(registry);
  register_time_arithmetic_functions(registry);
  register_time_text_functions(registry);
  register_current_time_functions(registry);
  register_math_functions(registry);
  register_rounding_functions(registry);
  register_hash_functions(registry);
  register_json_functions(registry);
  register_collection_functions(registry);
  register_array_functions(registry);
  register_map_functions(registry);
  register_sequence_functions(registry);
  register_lambda_functions(registry);
  register_conditional_functions(registry);
  register_random_functions(registry);
  register_bitmap_functions(registry);
  register_model_functions(registry);
  register_url_functions(registry);
  register_csv_functions(registry);
  register_session_functions(registry);
  register_number_format_functions(registry);
  register_interval_functions(registry);
}

}  // namespace millrace
