#include "topology/analysis/join_errors.hpp"

#include "expressions/expression_errors.hpp"
#include "records/edit_distance.hpp"
#include "topology/analysis/relation.hpp"

namespace millrace {
namespace {

Error config_error(std::string error_class, std::string state, std::string message,
                   std::string fix) {
  Error error = spark_error(std::move(error_class), std::move(state), std::move(message));
  error.kind = ErrorKind::Config;
  error.fix = std::move(fix);
  return error;
}

Error refused(std::string message, std::string fix) {
  return make_error(ErrorKind::Config, std::move(message), std::move(fix));
}

}  // namespace

std::string join_type_name(JoinType type) {
  switch (type) {
    case JoinType::Inner: return "Inner";
    case JoinType::LeftOuter: return "LeftOuter";
    case JoinType::RightOuter: return "RightOuter";
    case JoinType::FullOuter: return "FullOuter";
    case JoinType::LeftSemi: return "LeftSemi";
    case JoinType::LeftAnti: return "LeftAnti";
  }
  return {};
}

Error unknown_join_type(const std::string& text) {
  return config_error("UNSUPPORTED_JOIN_TYPE", "0A000",
                      "Unsupported join type '" + text +
                          "'. Supported join types include: 'inner', 'outer', 'full', 'fullouter', "
                          "'full_outer', 'leftouter', 'left', 'left_outer', 'rightouter', "
                          "'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', "
                          "'left_anti', 'anti', 'cross'.",
                      "write one of them");
}

Error join_condition_not_boolean(const std::string& condition, const DataType& type) {
  return config_error("JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "42K0E",
                      "The join condition \"" + condition + "\" has the invalid type \"" +
                          type.to_sql() + "\", expected \"BOOLEAN\".",
                      "compare columns of both sides, for example `a.id = b.id`");
}

Error unknown_using_column(const std::string& name, const std::string& side,
                           const std::vector<std::string>& columns) {
  Error error = config_error("UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
                             "USING column `" + name + "` cannot be resolved on the " + side +
                                 " side of the join. The " + side + "-side columns: [" +
                                 quoted_list(columns) + "].",
                             "name a column that both sides have, or join with a condition");
  const std::string nearest = nearest_name(name, columns);
  if (!nearest.empty()) error.label = "did you mean `" + nearest + "`?";
  return error;
}

Error using_types_differ(const std::string& name, const DataType& left, const DataType& right) {
  return cannot_resolve("BINARY_OP_DIFF_TYPES", "(" + name + " = " + name + ")",
                        "the left and right operands of the binary operator have incompatible "
                        "types (\"" +
                            left.to_sql() + "\" and \"" + right.to_sql() + "\").");
}

Error join_in_complete_mode(JoinType type) {
  return refused(join_type_name(type) +
                     " join between two streaming DataFrames/Datasets is not supported in Complete "
                     "output mode, only in Append and Update output modes",
                 "use append mode");
}

Error join_in_update_mode(JoinType type) {
  return refused(join_type_name(type) +
                     " join between two streaming DataFrames/Datasets is not supported in Update "
                     "output mode, only in Append output mode",
                 "use append mode");
}

Error join_without_equality() {
  return refused("Stream-stream join without equality predicate is not supported.",
                 "compare a column of each side with `=`");
}

Error join_without_watermark(JoinType type) {
  return refused("Stream-stream " + join_type_name(type) +
                     " join between two streaming DataFrame/Datasets is not supported without a "
                     "watermark in the join keys, or a watermark on the nullable side and an "
                     "appropriate range condition",
                 "declare watermarks on both sides and bound the time between partners, for "
                 "example `b.time BETWEEN a.time AND a.time + INTERVAL 5 MINUTES`");
}

Error full_join_with_static(bool stream_is_left) {
  const std::string stream = stream_is_left ? "left" : "right";
  const std::string other = stream_is_left ? "right" : "left";
  return refused("FullOuter joins with streaming DataFrames/Datasets on the " + stream +
                     " and a static DataFrame/Dataset on the " + other + " is not supported",
                 "use an outer join that keeps the rows of the stream");
}

Error anti_join_with_stream_on_right() {
  return refused("LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported",
                 "put the stream on the left and a static table on the right");
}

Error outer_join_with_static(JoinType type, bool stream_is_left) {
  const std::string stream = stream_is_left ? "left" : "right";
  const std::string other = stream_is_left ? "right" : "left";
  return refused(join_type_name(type) + " join with a streaming DataFrame/Dataset on the " +
                     stream + " and a static DataFrame/Dataset on the " + other +
                     " is not supported",
                 "keep the rows of the stream, not those of the static side");
}

}  // namespace millrace
