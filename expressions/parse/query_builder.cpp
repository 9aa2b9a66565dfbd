#include "expressions/parse/query_builder.hpp"

namespace millrace::parse {
namespace {

class QueryBuilder {
 public:
  explicit QueryBuilder(ExpressionBuilder& expressions) : expressions_(expressions) {}

  SelectQueryPtr query(const SyntaxNode& node) {
    auto out = std::make_shared<SelectQuery>();
    std::vector<SelectQueryPtr> operands;
    std::vector<bool> all;  // of each UNION
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Select || part.kind == Syntax::Query)
        operands.push_back(operand(part));
      else if (part.kind == Syntax::Union)
        all.push_back(!part.parts.empty());
    }
    combine(*out, operands, all);
    for (const SyntaxNode& part : node.parts) add_clause(*out, part);
    out->origin = expressions_.origin(node);
    return out;
  }

 private:
  SelectQueryPtr operand(const SyntaxNode& node) {
    if (node.kind == Syntax::Query) return query(node);
    auto out = std::make_shared<SelectQuery>();
    auto outer = expressions_.set_windows(windows_of(node));
    for (const SyntaxNode& part : node.parts) add_select_part(*out, part);
    expressions_.set_windows(std::move(outer));
    out->origin = expressions_.origin(node);
    return out;
  }

  ExpressionBuilder::Windows windows_of(const SyntaxNode& select) const {
    ExpressionBuilder::Windows windows;
    for (const SyntaxNode& part : select.parts) {
      if (part.kind != Syntax::WindowClause) continue;
      for (const SyntaxNode& window : part.parts)
        windows.emplace_back(expressions_.name(window.parts[0]), &window);
    }
    return windows;
  }

  // UNION binds to the left; a run of equal ones is one union.
  static void combine(SelectQuery& out, std::vector<SelectQueryPtr>& operands,
                      const std::vector<bool>& all) {
    if (all.empty()) {
      const bool plain = operands[0]->order_by.empty() && !operands[0]->limit &&
                         !operands[0]->offset && operands[0]->with.empty();
      if (plain)
        out = *operands[0];
      else
        out.union_operands = {operands[0]};
      return;
    }
    std::vector<SelectQueryPtr> run = {operands[0]};
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && all[i] != all[i - 1]) {
        auto left = std::make_shared<SelectQuery>();
        left->union_operands = std::move(run);
        left->union_all = all[i - 1];
        left->origin = left->union_operands[0]->origin;
        run = {left};
      }
      run.push_back(operands[i + 1]);
    }
    out.union_operands = std::move(run);
    out.union_all = all.back();
  }

  void add_clause(SelectQuery& out, const SyntaxNode& part) {
    switch (part.kind) {
      case Syntax::With:
        for (const SyntaxNode& table : part.parts) {
          out.with.emplace_back(expressions_.name(table.parts[0]), query(table.parts[1]));
        }
        break;
      case Syntax::OrderBy: out.order_by = expressions_.expressions(part.parts); break;
      case Syntax::Limit:
        if (!part.parts.empty()) out.limit = expressions_.expression(part.parts[0]);
        break;
      case Syntax::Offset: out.offset = expressions_.expression(part.parts[0]); break;
      default: break;
    }
  }

  void add_select_part(SelectQuery& out, const SyntaxNode& part) {
    switch (part.kind) {
      case Syntax::Mark: out.distinct = true; break;
      case Syntax::SelectItems: out.select = expressions_.expressions(part.parts); break;
      case Syntax::From: add_from(out, part); break;
      case Syntax::Where: out.where = expressions_.expression(part.parts[0]); break;
      case Syntax::GroupBy: add_group_by(out, part); break;
      case Syntax::Having: out.having = expressions_.expression(part.parts[0]); break;
      default: break;
    }
  }

  void add_from(SelectQuery& out, const SyntaxNode& node) {
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Join)
        out.joins.push_back(join(part));
      else if (part.kind == Syntax::LateralView)
        out.lateral_views.push_back(lateral_view(part));
      else
        out.from.push_back(table(part));
    }
  }

  TableReference table(const SyntaxNode& node) {
    TableReference out;
    out.origin = expressions_.origin(node);
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Query)
        out.subquery = query(part);
      else if (part.kind == Syntax::Name)
        out.name = expressions_.names(part);
      else
        out.alias = expressions_.name(part.parts[0]);
    }
    return out;
  }

  JoinClause join(const SyntaxNode& node) {
    JoinClause out;
    out.type = "inner";
    out.origin = expressions_.origin(node);
    std::string side;
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Mark)
        side += join_word(part);
      else if (part.kind == Syntax::On)
        out.condition = expressions_.expression(part.parts[0]);
      else if (part.kind == Syntax::Using)
        out.using_columns = words(part);
      else
        out.table = table(part);
    }
    if (side == "semi" || side == "anti") side = "left" + side;
    if (!side.empty()) out.type = side;
    return out;
  }

  std::string join_word(const SyntaxNode& mark) const {
    if (expressions_.is(mark, Token::Left)) return "left";
    if (expressions_.is(mark, Token::Right)) return "right";
    if (expressions_.is(mark, Token::Full)) return "full";
    if (expressions_.is(mark, Token::Semi)) return "semi";
    if (expressions_.is(mark, Token::Anti)) return "anti";
    return "cross";  // also the comma between tables
  }

  std::vector<std::string> words(const SyntaxNode& node) const {
    std::vector<std::string> out;
    for (const SyntaxNode& word : node.parts) out.push_back(expressions_.name(word));
    return out;
  }

  SelectQuery::LateralView lateral_view(const SyntaxNode& node) {
    SelectQuery::LateralView out;
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Mark)
        out.outer = true;
      else if (part.kind == Syntax::Call)
        out.generator = expressions_.expression(part);
      else if (part.kind == Syntax::TableAlias)
        out.table = expressions_.name(part.parts[0]);
      else
        out.columns.push_back(expressions_.name(part));
    }
    return out;
  }

  void add_group_by(SelectQuery& out, const SyntaxNode& node) {
    for (const SyntaxNode& part : node.parts) {
      if (part.kind == Syntax::Mark)
        out.grouping_kind = grouping_word(part);
      else if (part.kind == Syntax::GroupingSet)
        add_grouping_set(out, part);
      else
        out.group_by.push_back(expressions_.expression(part));
    }
  }

  std::string grouping_word(const SyntaxNode& mark) const {
    if (expressions_.is(mark, Token::Rollup)) return "rollup";
    return expressions_.is(mark, Token::Cube) ? "cube" : "grouping sets";
  }

  // Members are the grouping expressions with the same text; new ones join the list.
  void add_grouping_set(SelectQuery& out, const SyntaxNode& node) {
    std::vector<std::size_t> members;
    for (const SyntaxNode& part : node.parts) {
      auto member = expressions_.expression(part);
      const std::string text = to_sql(*member);
      std::size_t index = 0;
      while (index < out.group_by.size() && to_sql(*out.group_by[index]) != text) ++index;
      if (index == out.group_by.size()) out.group_by.push_back(std::move(member));
      members.push_back(index);
    }
    out.grouping_sets.push_back(std::move(members));
  }

  ExpressionBuilder& expressions_;
};

}  // namespace

SelectQueryPtr build_query(ExpressionBuilder& builder, const SyntaxNode& tree) {
  return QueryBuilder(builder).query(tree);
}

}  // namespace millrace::parse
