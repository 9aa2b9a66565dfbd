#pragma once

#include "expressions/parse/token.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace millrace::parse {

/// What a piece of syntax is; the grammar says what stands in each.
enum class Syntax : std::uint8_t {
  // expressions
  OrChain,
  AndChain,
  Not,
  Predicate,
  Operators,
  Operator,
  Sign,
  Postfix,
  Between,
  InList,
  InQuery,
  Like,
  LikeMany,
  IsNull,
  IsTruth,
  IsDistinct,
  Column,
  Star,
  Number,
  String,
  Word,
  TypedLiteral,
  Interval,
  IntervalPart,
  Case,
  CaseOperand,
  When,
  Else,
  Cast,
  Type,
  Call,
  Name,
  Mark,
  Named,
  FilterClause,
  WithinGroup,
  Over,
  PartitionBy,
  Frame,
  Lambda,
  Parameters,
  Row,
  Subquery,
  Exists,
  Extract,
  Trim,
  Substring,
  Position,
  Overlay,
  Subscript,
  FieldOf,
  CastTo,
  Alias,
  AliasNames,
  SortItem,
  // lists and queries
  Items,
  Query,
  With,
  CommonTable,
  Union,
  Select,
  SelectItems,
  From,
  Table,
  DerivedTable,
  TableAlias,
  Join,
  On,
  Using,
  LateralView,
  Where,
  GroupBy,
  GroupingSet,
  Having,
  WindowClause,
  NamedWindow,
  OrderBy,
  Limit,
  Offset,
};

/// One node of the concrete syntax: tokens [begin, end) and the parts inside.
struct SyntaxNode {
  Syntax kind{};
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::vector<SyntaxNode> parts;
};

enum class Entry { Expression, ExpressionList, Query };

/// Why there is no tree: the token that fits nowhere, or the one where nesting went too deep.
struct SyntaxFailure {
  std::size_t token = 0;
  bool too_deep = false;
};

struct SyntaxResult {
  std::optional<SyntaxNode> tree;
  SyntaxFailure failure;
};

constexpr int kMaxNesting = 256;

/// Runs the grammar. Linear in the number of tokens: every choice is made by the next few tokens.
SyntaxResult match_syntax(const TokenStream& tokens, Entry entry);

}  // namespace millrace::parse
