#include "expressions/bind/cast_rules.hpp"
#include "expressions/bind/constant_folding.hpp"
#include "expressions/binder.hpp"
#include "expressions/functions/scalar_kernel.hpp"
#include "expressions/kernels/cast.hpp"

namespace millrace {

namespace {

kernels::OnError on_error(CastMode mode, const ExpressionSettings& settings) {
  if (mode == CastMode::Try) return kernels::OnError::Null;
  return settings.ansi ? kernels::OnError::Fail : kernels::OnError::Wrap;
}

bool uses_zone(const DataType& type) {
  if (type.kind() == TypeKind::Timestamp) return true;
  for (const Field& field : type.fields())
    if (uses_zone(field.type)) return true;
  return false;
}

/// True for casts that cost little and cannot fail on undefined content.
bool is_cheap(const DataType& from, const DataType& to, const kernels::CastRule& rule) {
  const bool plain = !from.is_nested() && !from.is_bytes() && !to.is_bytes() &&
                     from.kind() != TypeKind::Decimal && to.kind() != TypeKind::Decimal;
  return plain && (rule.on_error == kernels::OnError::Wrap || !may_become_null(from, to)) &&
         !uses_zone(from) && !uses_zone(to);
}

/// The constant 'epoch' as a time.
bool is_epoch(const BoundExpression& child, const DataType& to) {
  const bool to_time =
      to.kind() == TypeKind::Date || to.kind() == TypeKind::Timestamp || to.kind() == TypeKind::TimestampNtz;
  if (!to_time || child.type().kind() != TypeKind::String || !child.is_constant()) return false;
  const std::optional<std::string> text = constant_text(child);
  return text && equal_ignoring_case(*text, "epoch");
}

}  // namespace

Result<BoundExpressionPtr> bound_cast(BoundExpressionPtr child, const DataType& to, CastMode mode,
                                      const ExpressionSettings& settings) {
  const DataType from = child->type();
  if (from == to) return child;
  if (is_epoch(*child, to)) return bound_literal(Value{to, std::int64_t{0}});
  const bool ansi = settings.ansi || mode == CastMode::Try;
  if (Status allowed = check_cast(from, to, ansi); !allowed) return std::move(allowed.error());
  kernels::CastRule rule{on_error(mode, settings), ansi, {}};
  if (uses_zone(from) || uses_zone(to)) {
    Result<TimeZone> zone = TimeZone::find(settings.time_zone);
    if (!zone) return std::move(zone.error());
    rule.zone = *zone;
  }
  kernels::UnaryKernel kernel = kernels::cast_kernel(from, to, rule);
  const bool nullable =
      child->nullable() || mode == CastMode::Try || may_become_null(from, to);
  const bool foldable = child->is_constant() && !depends_on_clock(*child, to);
  const kernels::Cost cost =
      is_cheap(from, to, rule) ? kernels::Cost::Cheap : kernels::Cost::Costly;
  BoundExpressionPtr cast =
      kernels::make_unary(to, nullable, std::move(child), std::move(kernel), cost);
  return foldable ? fold_constant(cast) : cast;
}

}  // namespace millrace
