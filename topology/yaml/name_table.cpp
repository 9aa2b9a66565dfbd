#include "topology/yaml/name_table.hpp"

#include <algorithm>

#include "records/edit_distance.hpp"
#include "topology/yaml/query_names.hpp"

namespace millrace::yaml {
namespace {

constexpr std::size_t kMaxDepth = 1'000;

bool is_odd(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '.' || c == '`' || c == '"' || c == '\'' ||
         c == '/' || c == '\x7F';
}

}  // namespace

bool NameTable::check_name(const YamlValue& name) {
  if (name.text.empty() || std::any_of(name.text.begin(), name.text.end(), is_odd)) {
    context_.fail("not a name: '" + name.text + "'", name.origin,
                  "a name has no blanks, dots, slashes and quotes");
    return false;
  }
  const auto [taken, is_new] = taken_.emplace(name.text, name.origin);
  if (is_new) return true;
  context_.fail("name `" + name.text + "` is used twice", name.origin,
                "sources, operators and sinks share their names: choose another one");
  context_.errors.back().notes.push_back("first used in line " +
                                         std::to_string(taken->second.line));
  return false;
}

void NameTable::declare(const YamlValue& map, bool are_sources) {
  for (const YamlEntry& definition : map.entries) {
    if (!check_name(definition.key)) continue;
    Entry entry;
    entry.definition = &definition;
    entry.is_source = are_sources;
    entries_.emplace(definition.key.text, std::move(entry));
  }
}

void NameTable::reserve(const YamlValue& name) { check_name(name); }

std::map<std::string, plan::NodePtr, NameLess> NameTable::build_all() {
  std::map<std::string, plan::NodePtr, NameLess> nodes;
  for (auto& [name, entry] : entries_)
    if (auto node = build(name, entry)) nodes.emplace(name, std::move(node));
  return nodes;
}

plan::NodePtr NameTable::find(const YamlValue& name) {
  const auto found = entries_.find(name.text);
  if (found == entries_.end()) {
    std::vector<std::string> names;
    std::string list;
    for (const auto& [known, entry] : entries_) {
      names.push_back(known);
      list += (list.empty() ? "" : ", ") + known;
    }
    const std::string nearest = nearest_name(name.text, names);
    context_.fail("unknown name `" + name.text + "`", name.origin,
                  nearest.empty() ? "name a source or an operator" : "write `" + nearest + "`");
    if (!nearest.empty()) context_.errors.back().label = "did you mean `" + nearest + "`?";
    if (!list.empty()) context_.errors.back().notes.push_back("names: " + list);
    return nullptr;
  }
  found->second.is_used = true;
  if (found->second.state == State::Open) {
    report_circle(name);
    return nullptr;
  }
  return build(found->first, found->second);
}

plan::NodePtr NameTable::build(const std::string& name, Entry& entry) {
  if (entry.state == State::Done) return entry.node;
  if (open_.size() >= kMaxDepth) {
    context_.fail("operators are nested too deeply", entry.definition->key.origin,
                  "at most " + std::to_string(kMaxDepth) + " operators may follow each other");
    return nullptr;
  }
  entry.state = State::Open;
  open_.push_back(name);
  plan::NodePtr node = read(entry);
  open_.pop_back();
  entry.state = State::Done;
  if (node)
    entry.node = plan::make_node(plan::SubqueryAlias{name}, {std::move(node)},
                                 entry.definition->key.origin);
  return entry.node;
}

plan::NodePtr NameTable::read(Entry& entry) {
  if (entry.is_source) return read_source(context_, *entry.definition);
  if (!query_inputs_are_good(*entry.definition)) return nullptr;
  return read_operator(context_, *entry.definition,
                       [this](const YamlValue& name) { return find(name); });
}

// A query names its inputs in its text. Text that does not parse is the analyzer's to report.
bool NameTable::query_inputs_are_good(const YamlEntry& definition) {
  const YamlEntry* sql = definition.value.find("sql");
  if (!sql || !sql->value.is_scalar()) return true;
  const auto query = parse_query(sql->value.text, sql->value.origin);
  if (!query) return true;
  bool are_good = true;
  for (const std::string& name : table_names(**query)) {
    if (!entries_.contains(name)) continue;
    YamlValue reference = sql->value;
    reference.text = name;
    are_good = find(reference) && are_good;
  }
  return are_good;
}

void NameTable::report_circle(const YamlValue& name) {
  std::string path;
  const auto start = std::find_if(open_.begin(), open_.end(), [&](const std::string& open) {
    return equal_ignoring_case(open, name.text);
  });
  for (auto it = start; it != open_.end(); ++it) path += *it + " <- ";
  context_.fail("topology: `" + name.text + "` reads its own output", name.origin,
                "take one of the names out of the circle");
  context_.errors.back().notes.push_back("circle: " + path + name.text);
}

void NameTable::warn_of_unused() {
  for (const auto& [name, entry] : entries_) {
    if (entry.is_used) continue;
    Error warning = make_error(ErrorKind::Config,
                               std::string(entry.is_source ? "source" : "operator") + " `" + name +
                                   "` is never read",
                               "remove it, or name it in a `from`");
    warning.origin = entry.definition->key.origin;
    context_.warnings.push_back(std::move(warning));
  }
}

}  // namespace millrace::yaml
