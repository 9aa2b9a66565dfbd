#pragma once

#include "records/result.hpp"
#include "records/type.hpp"

#include <string>

namespace millrace {

/// What is wrong with OVER. Texts are Spark's where it has one; expressions are given as Spark
/// prints them.

/// Spark has no OVER on streams; `sparkStrict` asks for its answer. `call` and `specification` in
/// Spark's spelling, `column` the name of the result.
Error over_on_stream(const std::string& call, const std::string& column,
                     const std::string& specification);
Error not_a_window_function(const std::string& call);
Error nested_over();
Error over_without_order(const std::string& call);
/// ORDER BY something that rows do not arrive in the order of.
Error over_order_not_time(const std::string& order);
/// A frame that needs rows which have not come yet.
Error frame_after_current_row(const std::string& frame);
Error frame_bound_not_literal(const std::string& bound);
Error frame_bound_negative(const std::string& bound);
Error frame_rows_not_number(const std::string& bound, const DataType& type);
Error frame_range_of_wrong_type(const DataType& order, const DataType& bound);
Error function_not_over_frame(const std::string& call);
Error too_many_frame_arguments(std::size_t most);
Error lead_default_not_constant(const std::string& text);
Error lag_offset_out_of_range(const std::string& offset, std::int64_t most);
Error too_many_lags(std::size_t most);

}  // namespace millrace
