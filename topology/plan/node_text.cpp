#include "expressions/literal_text.hpp"
#include "records/schema_text.hpp"
#include "topology/plan/node.hpp"

#include <map>

namespace millrace::plan {
namespace {

// One piece of a node's line: ` key=value`, left out when the value is empty.
std::string field(std::string_view key, const std::string& value) {
  return value.empty() ? "" : " " + std::string(key) + "=" + value;
}

template <class Items, class Print>
std::string listed(const Items& items, Print print) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + print(item);
  return out + "]";
}

std::string listed(const std::vector<ExpressionPtr>& expressions) {
  return listed(expressions, [](const ExpressionPtr& expression) { return to_sql(*expression); });
}
std::string listed(const std::vector<std::string>& names) {
  return listed(names, [](const std::string& name) { return name; });
}
std::string listed(const Options& options) {
  if (options.entries().empty()) return "";
  return listed(options.entries(),
                [](const auto& entry) { return entry.first + "=" + entry.second.value; });
}
std::string if_any(const std::vector<std::string>& names) {
  return names.empty() ? "" : listed(names);
}

const char* group_word(GroupKind kind) {
  switch (kind) {
    case GroupKind::GroupBy: return "";
    case GroupKind::Rollup: return " rollup";
    case GroupKind::Cube: return " cube";
    case GroupKind::GroupingSets: return " grouping sets";
  }
  return "";
}

const char* set_word(SetKind kind) {
  switch (kind) {
    case SetKind::Union: return "Union";
    case SetKind::Intersect: return "Intersect";
    case SetKind::Except: return "Except";
  }
  return "";
}

std::string row_text(const std::vector<Value>& row) {
  return listed(row, [](const Value& value) { return literal_sql(value); });
}

std::string set_text(const std::vector<std::size_t>& set) {
  return listed(set, [](std::size_t index) { return std::to_string(index); });
}

// A new kind of node does not compile until it has a line here.
struct LinePrinter {
  std::string operator()(const Read& read) const {
    const std::string name = read.format.empty() ? " table " + read.table : " " + read.format;
    return "Read" + name + field("schema", read.schema.value_or("")) +
           field("options", listed(read.options)) + field("paths", if_any(read.paths)) +
           (read.streaming ? "" : " static");
  }
  std::string operator()(const LocalRelation& local) const {
    return "LocalRelation [" + to_ddl(local.schema) + "] " +
           listed(local.rows, [](const auto& row) { return row_text(row); });
  }
  std::string operator()(const SqlQuery& query) const { return "SqlQuery " + query.text; }
  std::string operator()(const SubqueryAlias& alias) const { return "SubqueryAlias " + alias.name; }
  std::string operator()(const Project& project) const {
    return "Project " + listed(project.expressions);
  }
  std::string operator()(const WithColumns& with) const {
    return "WithColumns " + listed(with.columns, [](const auto& column) {
             return to_sql(*column.second) + " AS " + column.first;
           });
  }
  std::string operator()(const WithColumnsRenamed& renamed) const {
    return "WithColumnsRenamed " + listed(renamed.renames, [](const auto& rename) {
             return rename.first + " AS " + rename.second;
           });
  }
  std::string operator()(const Drop& drop) const { return "Drop " + listed(drop.columns); }
  std::string operator()(const ToDF& to) const { return "ToDF " + listed(to.names); }
  std::string operator()(const Filter& filter) const {
    return "Filter " + to_sql(*filter.condition);
  }
  std::string operator()(const Aggregate& aggregate) const {
    std::string out = "Aggregate" + std::string(group_word(aggregate.kind)) + " " +
                      listed(aggregate.grouping) + ", " + listed(aggregate.aggregates);
    if (!aggregate.sets.empty()) out += " sets=" + listed(aggregate.sets, set_text);
    return out + (aggregate.select_list ? " select list" : "");
  }
  std::string operator()(const WithWatermark& watermark) const {
    return "WithWatermark " + watermark.column + " " + watermark.delay +
           field("idle", watermark.idle_timeout);
  }
  std::string operator()(const Deduplicate& deduplicate) const {
    return "Deduplicate " + listed(deduplicate.columns) +
           (deduplicate.within_watermark ? " within watermark" : "");
  }
  std::string operator()(const TransformWithState& transform) const {
    return "TransformWithState " + transform.processor + " by " + listed(transform.grouping) +
           field("library", transform.library) + field("schema", transform.schema) +
           field("time mode", transform.time_mode) + field("options", listed(transform.options));
  }
  std::string operator()(const Join& join) const {
    return "Join " + join.type + (join.condition ? " on " + to_sql(*join.condition) : "") +
           field("using", if_any(join.using_columns));
  }
  std::string operator()(const SetOperation& set) const {
    return std::string(set_word(set.kind)) + (set.all ? " all" : "") +
           (set.by_name ? " by name" : "");
  }
  std::string operator()(const Sort& sort) const { return "Sort " + listed(sort.orders); }
  std::string operator()(const Limit& limit) const { return "Limit " + to_sql(*limit.count); }
  std::string operator()(const Offset& offset) const { return "Offset " + to_sql(*offset.count); }
};

class TreePrinter {
 public:
  void print(const NodePtr& node, std::size_t depth) {
    out_.append(2 * depth, ' ');
    const auto [known, is_new] = numbers_.try_emplace(node.get(), numbers_.size() + 1);
    const std::string number = "#" + std::to_string(known->second);
    if (!is_new) {
      out_ += number + " again\n";
      return;
    }
    out_ += number + " " + std::visit(LinePrinter{}, node->kind) +
            field("with", listed(node->options)) + "\n";
    for (const NodePtr& input : node->inputs) print(input, depth + 1);
  }
  std::string take() { return std::move(out_); }

 private:
  std::map<const Node*, std::size_t> numbers_;
  std::string out_;
};

}  // namespace

std::string to_text(const NodePtr& node) {
  TreePrinter printer;
  printer.print(node, 0);
  return printer.take();
}

}  // namespace millrace::plan
