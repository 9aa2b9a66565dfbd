#include <algorithm>
#include <array>

#include "topology/yaml/readers.hpp"

namespace millrace::yaml {
namespace {

/// Builds the node of one operator. One method for each verb.
class OperatorReader {
 public:
  OperatorReader(LoadContext& context, const YamlEntry& entry, const FindName& find)
      : context_(context), entry_(entry), find_(find), what_("operator '" + entry.key.text + "'") {}

  plan::NodePtr run() {
    if (!context_.expect(YamlValue::Kind::Map, entry_.value, what_)) return nullptr;
    const YamlEntry* verb = find_verb();
    if (!verb) return nullptr;
    check_operator_keys(*verb);
    read_options();
    verb_ = find_option(operator_verbs(), verb->key.text)->name;
    const YamlEntry* from = entry_.value.find("from");
    const bool needs_from = verb_ != "sql" && verb_ != "union";
    if (verb_ == "sql" && from)
      context_.fail(what_ + ": `sql` names what it reads itself", from->key.origin,
                    "remove `from`");
    if (needs_from && !from) {
      context_.missing_key(what_, "from", entry_.key.origin);
      return nullptr;
    }
    if (from && verb_ != "sql") read_from(from->value);
    return read_verb(verb->value);
  }

 private:
  using Method = plan::NodePtr (OperatorReader::*)(const YamlValue&);
  struct Verb {
    std::string_view name;
    Method read;
  };

  const YamlEntry* find_verb() {
    std::vector<const YamlEntry*> found;
    for (const YamlEntry& entry : entry_.value.entries)
      if (find_option(operator_verbs(), entry.key.text)) found.push_back(&entry);
    if (found.size() == 1) return found.front();
    // `agg` without `groupBy` is an aggregate over all rows.
    if (found.empty() && entry_.value.find("agg")) return group_without_keys();
    if (found.empty())
      no_verb();
    else
      context_.fail(what_ + ": more than one verb: `" + found[0]->key.text + "` and `" +
                        found[1]->key.text + "`",
                    found[1]->key.origin, "give each verb an operator of its own");
    return nullptr;
  }

  const YamlEntry* group_without_keys() {
    empty_group_.key.kind = YamlValue::Kind::Scalar;
    empty_group_.key.text = "groupBy";
    empty_group_.value.kind = YamlValue::Kind::List;
    return &empty_group_;
  }

  void no_verb() {
    const auto verbs = names_of(operator_verbs());
    for (const YamlEntry& entry : entry_.value.entries) {
      if (find_option(operator_keys(), entry.key.text) || find_option(group_keys(), entry.key.text))
        continue;
      auto names = verbs;
      for (const std::string& name : names_of(operator_keys())) names.push_back(name);
      return context_.unknown_key(what_, entry.key, names);
    }
    context_.fail(what_ + ": no verb", entry_.key.origin,
                  "add one of select, where, withColumn, groupBy, join, union, sql ...");
  }

  void check_operator_keys(const YamlEntry& verb) {
    std::vector<OptionDeclaration> keys = operator_keys();
    if (equal_ignoring_case(verb.key.text, "groupBy"))
      keys.insert(keys.end(), group_keys().begin(), group_keys().end());
    check_keys(context_, what_, entry_.value, {&keys, &operator_verbs()});
  }

  void read_options() {
    for (const OptionDeclaration& key : operator_keys()) {
      if (key.name == "from") continue;
      if (key.name == "lateRecords") {
        read_late_records();
        continue;
      }
      const YamlValue* value = checked_value(context_, entry_.value, key, what_);
      if (value) options_.set(key.name, value->text, value->origin);
    }
  }

  void read_late_records() {
    const YamlEntry* late = entry_.value.find("lateRecords");
    if (!late) return;
    const YamlEntry* sink = late->value.find("sink");
    const bool is_drop = late->value.is_scalar() && equal_ignoring_case(late->value.text, "drop");
    const bool is_sink = sink && sink->value.is_scalar() && late->value.entries.size() == 1;
    if (!is_drop && !is_sink)
      return context_.fail(what_ + ": `lateRecords` is neither `drop` nor `{sink: <name>}`",
                           late->value.origin, "write `lateRecords: drop`");
    options_.set("lateRecords", is_drop ? "drop" : sink->value.text, late->value.origin);
  }

  // A name that is not there leaves a null input: the verb's own errors are reported all the same.
  void read_from(const YamlValue& from) {
    if (context_.expect(YamlValue::Kind::Scalar, from, what_ + ": `from`")) input_ = find_(from);
  }

  plan::NodePtr read_verb(const YamlValue& value) {
    static constexpr std::array<Verb, 15> kVerbs{
        {{"select", &OperatorReader::select},
         {"where", &OperatorReader::where},
         {"withColumn", &OperatorReader::with_column},
         {"drop", &OperatorReader::drop},
         {"groupBy", &OperatorReader::group_by},
         {"join", &OperatorReader::join},
         {"union", &OperatorReader::unite},
         {"dropDuplicates", &OperatorReader::drop_duplicates},
         {"dropDuplicatesWithinWatermark", &OperatorReader::drop_duplicates},
         {"withWatermark", &OperatorReader::with_watermark},
         {"orderBy", &OperatorReader::order_by},
         {"limit", &OperatorReader::limit},
         {"distinct", &OperatorReader::distinct},
         {"sql", &OperatorReader::sql},
         {"transformWithState", &OperatorReader::transform_with_state}}};
    const auto* verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                    [&](const Verb& known) { return known.name == verb_; });
    return (this->*verb->read)(value);
  }

  plan::NodePtr node(plan::Node::Kind kind, std::vector<plan::NodePtr> inputs) {
    return node_with_options(std::move(kind), std::move(inputs), entry_.key.origin,
                             std::move(options_));
  }
  plan::NodePtr node(plan::Node::Kind kind) { return node(std::move(kind), {input_}); }

  std::string verb_text() const { return what_ + ": `" + verb_ + "`"; }

  plan::NodePtr select(const YamlValue& value) {
    auto list = expressions(context_, value, verb_text());
    return list.empty() ? nullptr : node(plan::Project{std::move(list)});
  }

  plan::NodePtr where(const YamlValue& value) {
    auto condition = expression(context_, value, verb_text());
    return condition ? node(plan::Filter{std::move(condition)}) : nullptr;
  }

  plan::NodePtr with_column(const YamlValue& value) {
    if (!context_.expect(YamlValue::Kind::Map, value, verb_text())) return nullptr;
    plan::WithColumns columns;
    for (const YamlEntry& column : value.entries)
      if (auto text = expression(context_, column.value, verb_text()))
        columns.columns.emplace_back(column.key.text, std::move(text));
    return columns.columns.empty() ? nullptr : node(std::move(columns));
  }

  std::vector<std::string> column_names(const YamlValue& value) {
    std::vector<std::string> names;
    for (const YamlValue& name : scalars(context_, value, verb_text())) names.push_back(name.text);
    return names;
  }

  plan::NodePtr drop(const YamlValue& value) { return node(plan::Drop{column_names(value)}); }

  plan::NodePtr group_by(const YamlValue& value) {
    plan::Aggregate aggregate;
    const bool has_keys = !(value.is_list() && value.items.empty());
    if (has_keys) aggregate.grouping = expressions(context_, value, verb_text());
    const YamlEntry* agg = entry_.value.find("agg");
    if (!agg) {
      context_.missing_key(what_, "agg", entry_.key.origin);
      return nullptr;
    }
    aggregate.aggregates = expressions(context_, agg->value, what_ + ": `agg`");
    if (aggregate.aggregates.empty()) return nullptr;
    auto grouped = node(std::move(aggregate));
    const YamlEntry* having = entry_.value.find("having");
    if (!having) return grouped;
    auto condition = expression(context_, having->value, what_ + ": `having`");
    if (!condition) return nullptr;
    return plan::make_node(plan::Filter{std::move(condition)}, {std::move(grouped)},
                           entry_.key.origin);
  }

  plan::NodePtr join(const YamlValue& value) {
    if (!context_.expect(YamlValue::Kind::Map, value, verb_text())) return nullptr;
    check_keys(context_, verb_text(), value, {&join_keys()});
    plan::Join join;
    plan::NodePtr right;
    for (const OptionDeclaration& key : join_keys()) {
      const YamlValue* text = checked_value(context_, value, key, verb_text());
      if (!text) continue;
      if (key.name == "with") right = find_(*text);
      if (key.name == "type") join.type = text->text;
      if (key.name == "on") join.condition = expression(context_, *text, verb_text() + ": `on`");
      if (key.name == "using") join.using_columns = column_names(*text);
    }
    if (join.condition && !join.using_columns.empty())
      context_.fail(what_ + ": a join has `on` and `using`", value.origin, "remove one of the two");
    return node(std::move(join), {input_, std::move(right)});
  }

  plan::NodePtr transform_with_state(const YamlValue& value) {
    if (!context_.expect(YamlValue::Kind::Map, value, verb_text())) return nullptr;
    check_keys(context_, verb_text(), value, {&transform_keys()});
    plan::TransformWithState transform;
    for (const OptionDeclaration& key : transform_keys()) {
      const YamlValue* given = checked_value(context_, value, key, verb_text());
      if (!given) continue;
      if (key.name == "groupBy") transform.grouping = expressions(context_, *given, verb_text());
      if (key.name == "library") transform.library = context_.absolute(given->text);
      if (key.name == "processor") transform.processor = given->text;
      if (key.name == "schema") transform.schema = given->text;
      if (key.name == "timeMode") transform.time_mode = given->text;
      if (key.name == "options")
        for (const YamlEntry& option : given->entries)
          transform.options.set(option.key.text, option.value.text, option.value.origin);
    }
    return transform.grouping.empty() ? nullptr : node(std::move(transform));
  }

  plan::NodePtr unite(const YamlValue& value) {
    std::vector<plan::NodePtr> inputs;
    if (input_) inputs.push_back(input_);
    for (const YamlValue& name : scalars(context_, value, verb_text()))
      inputs.push_back(find_(name));
    if (inputs.size() < 2) {
      context_.fail(what_ + ": a union needs two names or more", value.origin,
                    "write `union: [a, b]`");
      return nullptr;
    }
    return node(plan::SetOperation{plan::SetKind::Union, true, false}, std::move(inputs));
  }

  plan::NodePtr drop_duplicates(const YamlValue& value) {
    plan::Deduplicate deduplicate;
    deduplicate.within_watermark = verb_ == "dropDuplicatesWithinWatermark";
    const bool is_all = value.is_scalar() && equal_ignoring_case(value.text, "true");
    if (!is_all && !value.is_null()) deduplicate.columns = column_names(value);
    return node(std::move(deduplicate));
  }

  plan::NodePtr with_watermark(const YamlValue& value) {
    return read_watermark(context_, value, input_, what_);
  }

  plan::NodePtr order_by(const YamlValue& value) {
    auto orders = sort_orders(context_, value, verb_text());
    return orders.empty() ? nullptr : node(plan::Sort{std::move(orders)});
  }

  plan::NodePtr limit(const YamlValue& value) {
    auto count = expression(context_, value, verb_text());
    return count ? node(plan::Limit{std::move(count)}) : nullptr;
  }

  plan::NodePtr distinct(const YamlValue& value) {
    if (value.is_scalar() && equal_ignoring_case(value.text, "true")) return node(plan::Deduplicate{});
    context_.fail(what_ + ": `distinct` is not `true`", value.origin,
                  "write `distinct: true`, or remove the operator");
    return nullptr;
  }

  plan::NodePtr sql(const YamlValue& value) {
    if (!context_.expect(YamlValue::Kind::Scalar, value, verb_text())) return nullptr;
    return node_with_options(plan::SqlQuery{value.text}, {}, value.origin, std::move(options_));
  }

  LoadContext& context_;
  const YamlEntry& entry_;
  const FindName& find_;
  const std::string what_;
  YamlEntry empty_group_;
  std::string verb_;
  Options options_;
  plan::NodePtr input_;
};

}  // namespace

plan::NodePtr read_operator(LoadContext& context, const YamlEntry& entry, const FindName& find) {
  return OperatorReader(context, entry, find).run();
}

}  // namespace millrace::yaml
