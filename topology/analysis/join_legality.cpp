#include "topology/analysis/join_legality.hpp"

#include "topology/analysis/join_errors.hpp"

namespace millrace {
namespace {

std::optional<Error> with_static_refusal(JoinType type, bool stream_is_left) {
  if (type == JoinType::FullOuter) return full_join_with_static(stream_is_left);
  if (type == JoinType::LeftAnti && !stream_is_left) return anti_join_with_stream_on_right();
  const bool keeps_static = stream_is_left ? keeps_right(type) : keeps_left(type);
  const bool tests_static = gives_left_only(type) && !stream_is_left;
  if (keeps_static || tests_static) return outer_join_with_static(type, stream_is_left);
  return std::nullopt;
}

/// Rows that are kept without a partner must be final one day.
bool outer_rows_become_final(const resolved::Join& join) {
  if (join.has_watermark_key) return true;
  switch (join.type) {
    case JoinType::LeftOuter:
    case JoinType::LeftSemi: return join.left.limit.has_value();
    case JoinType::RightOuter: return join.right.limit.has_value();
    case JoinType::FullOuter: return join.left.limit || join.right.limit;
    case JoinType::Inner:
    case JoinType::LeftAnti: break;
  }
  return true;
}

}  // namespace

std::optional<Error> join_mode_refusal(const resolved::Step& step, OutputMode mode) {
  const auto& join = std::get<resolved::Join>(step.kind);
  if (!join.is_stream_stream) return std::nullopt;
  if (mode == OutputMode::Complete) return join_in_complete_mode(join.type);
  const bool is_inner = join.type == JoinType::Inner;
  if (mode == OutputMode::Update && !is_inner) return join_in_update_mode(join.type);
  return std::nullopt;
}

std::optional<Error> join_refusal(const resolved::Step& step) {
  const auto& join = std::get<resolved::Join>(step.kind);
  if (!join.is_stream_stream)
    return with_static_refusal(join.type, step.inputs.front()->streaming);
  if (join.type == JoinType::LeftAnti) return anti_join_with_stream_on_right();
  if (!outer_rows_become_final(join)) return join_without_watermark(join.type);
  if (join.left.keys.empty()) return join_without_equality();
  return std::nullopt;
}

}  // namespace millrace
