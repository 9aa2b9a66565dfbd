#pragma once

#include "operators/join_type.hpp"
#include "records/result.hpp"
#include "records/type.hpp"

#include <string>
#include <vector>

namespace millrace {

/// Spark's refusals of joins.

/// `LeftOuter`, `Inner`, ...: as Spark prints a join type.
std::string join_type_name(JoinType type);

/// UNSUPPORTED_JOIN_TYPE
Error unknown_join_type(const std::string& text);
/// JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE
Error join_condition_not_boolean(const std::string& condition, const DataType& type);
/// UNRESOLVED_USING_COLUMN_FOR_JOIN; `side` is left or right.
Error unknown_using_column(const std::string& name, const std::string& side,
                           const std::vector<std::string>& columns);
/// DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES of the columns of USING.
Error using_types_differ(const std::string& name, const DataType& left, const DataType& right);

// Legality.

Error join_in_complete_mode(JoinType type);
Error join_in_update_mode(JoinType type);
Error join_without_equality();
Error join_without_watermark(JoinType type);
/// A type of join that streams do not have, or not with the static side where it is.
Error full_join_with_static(bool stream_is_left);
Error anti_join_with_stream_on_right();
Error outer_join_with_static(JoinType type, bool stream_is_left);

}  // namespace millrace
