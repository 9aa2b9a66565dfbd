#pragma once

#include <optional>
#include <vector>

#include "expressions/function_registry.hpp"

namespace millrace {

/// Spark's implicit conversions. With `settings.ansi` the rules of AnsiTypeCoercion, else those of
/// TypeCoercion (spark.sql.ansi.enabled=false).

/// The type that both sides of a comparison, both branches of IF, or all elements of an array are
/// cast to (Spark's findWiderTypeForTwo); empty when there is none.
std::optional<DataType> common_type(const DataType& a, const DataType& b,
                                    const ExpressionSettings& settings);
/// The same without promoting strings or what is a string to anything else (Spark's
/// findWiderTypeWithoutStringPromotionForTwo).
std::optional<DataType> common_type_without_text(const DataType& a, const DataType& b,
                                                 const ExpressionSettings& settings);
/// Same for a list; Null for an empty one.
std::optional<DataType> common_type(const std::vector<DataType>& types,
                                    const ExpressionSettings& settings);
/// Without turning strings into numbers or numbers into strings (Spark's findTightestCommonType).
std::optional<DataType> tightest_common_type(const DataType& a, const DataType& b,
                                             const ExpressionSettings& settings);
/// What the operands of = < > ... are compared as.
std::optional<DataType> comparison_type(const DataType& a, const DataType& b,
                                        const ExpressionSettings& settings);

/// The least decimal that holds every value of an integral or decimal type (double: 30,15).
DataType decimal_for(const DataType& type);
/// The decimal that holds both without loss, cut to 38 digits as Spark cuts it.
DataType wider_decimal(const DataType& a, const DataType& b);

/// True when a function that declares a parameter of type `to` takes an argument of type `from`.
bool can_cast_implicitly(const DataType& from, const DataType& to,
                         const ExpressionSettings& settings);
/// `child` as `to`, cast when its type differs; null when Spark has no implicit cast for it.
BoundExpressionPtr implicit_cast(BoundExpressionPtr child, const DataType& to,
                                 const ExpressionSettings& settings);
/// All of `children` cast to their common type; false (and nothing changed) when there is none.
bool cast_to_common_type(std::vector<BoundExpressionPtr>& children,
                         const ExpressionSettings& settings);

}  // namespace millrace
