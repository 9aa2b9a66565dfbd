#include "topology/spark/frame_writer.hpp"

#include "expressions/parser.hpp"
#include "expressions/literal_text.hpp"
#include "records/schema_text.hpp"
#include "topology/spark/column_text.hpp"
#include "topology/spark/source_text.hpp"
#include "topology/yaml/query_names.hpp"

namespace millrace::spark {
namespace {

using Expressions = std::vector<ExpressionPtr>;

template <class Items, class Print>
std::string listed(const Items& items, Print print) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(print(item));
  return joined(texts);
}

std::string listed_names(const std::vector<std::string>& names) {
  return listed(names, [](const std::string& name) { return quoted(name); });
}
std::string listed_sql(const Expressions& list) {
  return listed(list, [](const ExpressionPtr& item) { return quoted(sql_of(*item)); });
}

/// Types of joins are Spark's already, but for their short forms.
std::string condition_text(const plan::Join& join) {
  if (!join.using_columns.empty()) return "[" + listed_names(join.using_columns) + "]";
  return join.condition ? expr_text(*join.condition) : "";
}

std::string set_method(const plan::SetOperation& set) {
  const std::string all = set.all ? "All" : "";
  if (set.kind == plan::SetKind::Intersect) return "intersect" + all;
  if (set.kind == plan::SetKind::Except) return set.all ? "exceptAll" : "subtract";
  return set.by_name ? "unionByName" : "union";
}

std::string group_method(plan::GroupKind kind) {
  switch (kind) {
    case plan::GroupKind::GroupBy: return "groupBy";
    case plan::GroupKind::Rollup: return "rollup";
    case plan::GroupKind::Cube: return "cube";
    case plan::GroupKind::GroupingSets: return "groupingSets";
  }
  return "groupBy";
}

/// [["a", "b"], ["a"]], then the columns.
std::string grouping_sets(const plan::Aggregate& aggregate) {
  const std::string sets = listed(aggregate.sets, [&](const std::vector<std::size_t>& set) {
    return "[" + listed(set, [&](std::size_t i) { return grouping_text(*aggregate.grouping[i]); }) +
           "]";
  });
  return "[" + sets + "], ";
}

/// SELECT * FROM VALUES (1, 'a'), (2, 'b') AS rows(id, name), with the columns' types.
std::string values_query(const plan::LocalRelation& local) {
  const auto& fields = local.schema.fields;
  const auto row = [](const std::vector<Value>& values) {
    return "(" + listed(values, [](const Value& value) { return literal_sql(value); }) + ")";
  };
  const std::string columns = listed(fields, [](const Field& field) {
    return "CAST(" + field.name + " AS " + field.type.to_sql() + ") AS " + field.name;
  });
  const std::string names = listed(fields, [](const Field& field) { return field.name; });
  if (local.rows.empty())
    return "SELECT " +
           listed(fields, [](const Field& field) {
             return "CAST(NULL AS " + field.type.to_sql() + ") AS " + field.name;
           }) +
           " WHERE false";
  return "SELECT " + columns + " FROM VALUES " + listed(local.rows, row) + " AS rows(" + names + ")";
}

const plan::SubqueryAlias* as_name(const plan::NodePtr& node) {
  return std::get_if<plan::SubqueryAlias>(&node->kind);
}

}  // namespace

/// One kind of node after the other. A new kind does not compile until it has a line here.
struct FrameWriter::NodeText {
  FrameWriter& writer;
  const plan::Node& node;

  Chain operator()(const plan::Read& read) const {
    return read.format.empty() ? writer.table(read.table) : source_chain(read, writer.parts_);
  }
  Chain operator()(const plan::LocalRelation& local) const {
    return Chain{"spark.sql(" + quoted(values_query(local)) + ")"};
  }
  Chain operator()(const plan::SqlQuery& query) const { return writer.query(query); }
  Chain operator()(const plan::SubqueryAlias& alias) const { return writer.named(alias.name, node); }
  Chain operator()(const plan::Project& project) const {
    return input(project.expressions).with(".selectExpr(" + listed_sql(project.expressions) + ")");
  }
  Chain operator()(const plan::WithColumns& with) const {
    Expressions values;
    for (const auto& column : with.columns) values.push_back(column.second);
    const auto one = [](const auto& column) {
      return quoted(column.first) + ", " + expr_text(*column.second);
    };
    if (with.columns.size() == 1)
      return input(values).with(".withColumn(" + one(with.columns.front()) + ")");
    return input(values).with(
        ".withColumns({" + listed(with.columns, [](const auto& column) {
          return quoted(column.first) + ": " + expr_text(*column.second);
        }) + "})");
  }
  Chain operator()(const plan::WithColumnsRenamed& renamed) const {
    return input().with(".withColumnsRenamed({" + listed(renamed.renames, [](const auto& rename) {
                          return quoted(rename.first) + ": " + quoted(rename.second);
                        }) + "})");
  }
  Chain operator()(const plan::Drop& drop) const {
    return input().with(".drop(" + listed_names(drop.columns) + ")");
  }
  Chain operator()(const plan::ToDF& to) const {
    return input().with(".toDF(" + listed_names(to.names) + ")");
  }
  Chain operator()(const plan::Filter& filter) const {
    return input({filter.condition}).with(".where(" + quoted(sql_of(*filter.condition)) + ")");
  }
  Chain operator()(const plan::Aggregate& aggregate) const {
    Expressions all = aggregate.grouping;
    all.insert(all.end(), aggregate.aggregates.begin(), aggregate.aggregates.end());
    Chain chain = input(all);
    const std::string sets =
        aggregate.kind == plan::GroupKind::GroupingSets ? grouping_sets(aggregate) : "";
    if (!aggregate.grouping.empty())
      chain.calls.push_back(
          "." + group_method(aggregate.kind) + "(" + sets +
          listed(aggregate.grouping, [](const auto& key) { return grouping_text(*key); }) + ")");
    return std::move(chain).with(
        ".agg(" + listed(aggregate.aggregates, [](const auto& call) {
          return aggregate_text(*call);
        }) + ")");
  }
  Chain operator()(const plan::WithWatermark& watermark) const {
    return input().with(".withWatermark(" + quoted(watermark.column) + ", " +
                        quoted(watermark.delay) + ")");
  }
  Chain operator()(const plan::Deduplicate& deduplicate) const {
    const std::string method =
        deduplicate.within_watermark ? ".dropDuplicatesWithinWatermark(" : ".dropDuplicates(";
    const std::string columns =
        deduplicate.columns.empty() ? "" : "[" + listed_names(deduplicate.columns) + "]";
    return input().with(method + columns + ")");
  }
  /// Refused before it comes here.
  Chain operator()(const plan::TransformWithState&) const { return input(); }
  Chain operator()(const plan::Join& join) const {
    std::vector<std::string> arguments{inline_text(side(node.inputs[1]))};
    const std::string condition = condition_text(join);
    if (condition.empty()) return side(node.inputs[0]).with(".crossJoin(" + arguments[0] + ")");
    arguments.push_back(condition);
    if (join.type != "inner") arguments.push_back(quoted(join.type));
    return side(node.inputs[0]).with(".join(" + joined(arguments) + ")");
  }
  Chain operator()(const plan::SetOperation& set) const {
    Chain chain = input();
    for (std::size_t i = 1; i < node.inputs.size(); ++i)
      chain.calls.push_back("." + set_method(set) + "(" +
                            inline_text(writer.frame(node.inputs[i])) + ")");
    return chain;
  }
  Chain operator()(const plan::Sort& sort) const {
    return input(sort.orders)
        .with(".orderBy(" +
              listed(sort.orders, [](const auto& order) { return order_text(*order); }) + ")");
  }
  Chain operator()(const plan::Limit& limit) const {
    return input().with(".limit(" + sql_of(*limit.count) + ")");
  }
  Chain operator()(const plan::Offset& offset) const {
    return input().with(".offset(" + sql_of(*offset.count) + ")");
  }

 private:
  /// The first input; under its name where an expression calls a column `name.column`.
  Chain input(const Expressions& expressions = {}) const {
    const auto* name = as_name(node.inputs.front());
    Chain chain = writer.frame(node.inputs.front());
    for (const ExpressionPtr& expression : expressions)
      if (name && mentions(*expression, name->name))
        return std::move(chain).with(".alias(" + quoted(name->name) + ")");
    return chain;
  }
  /// A side of a join, whose columns the condition may call by its name.
  Chain side(const plan::NodePtr& input) const {
    const auto* name = as_name(input);
    Chain chain = writer.frame(input);
    const auto& join = std::get<plan::Join>(node.kind);
    const bool is_named = name && join.condition && mentions(*join.condition, name->name);
    return is_named ? std::move(chain).with(".alias(" + quoted(name->name) + ")") : chain;
  }
};

Chain FrameWriter::frame(const plan::NodePtr& node) {
  return std::visit(NodeText{*this, *node}, node->kind);
}

Chain FrameWriter::named(const std::string& name, const plan::Node& node) {
  const std::string variable = identifier(name);
  if (!defined_.contains(name)) {
    const Chain chain = frame(node.inputs.front());
    definitions_ += assignment(variable, chain) + "\n";
    defined_.insert(name);
  }
  return Chain{variable};
}

Chain FrameWriter::table(const std::string& name) {
  const auto found = views_.find(name);
  return found == views_.end() ? Chain{"spark.table(" + quoted(name) + ")"} : frame(found->second);
}

Chain FrameWriter::query(const plan::SqlQuery& query) {
  const auto parsed = parse_query(query.text);
  std::string views;
  for (const std::string& name : parsed ? yaml::table_names(**parsed) : std::set<std::string>()) {
    const auto found = views_.find(name);
    if (found == views_.end()) continue;
    const std::string frame = inline_text(table(name));
    if (!temporary_views_.insert(name).second) continue;
    views += frame + ".createOrReplaceTempView(" + quoted(found->first) + ")\n";
  }
  definitions_ += views;
  std::string text = query.text;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.find('\n') != std::string::npos) text = "\n" + text + "\n";
  return Chain{"spark.sql(" + quoted(text) + ")"};
}

}  // namespace millrace::spark
