#include "topology/yaml/loader.hpp"

#include <filesystem>

#include "topology/yaml/name_table.hpp"
#include "topology/yaml/overrides.hpp"
#include "topology/yaml/readers.hpp"
#include "topology/yaml/secrets.hpp"
#include "topology/yaml/substitution.hpp"

namespace millrace {
namespace yaml {
namespace {

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Reads the parts of one file in an order in which each finds what it needs.
class TopologyReader {
 public:
  TopologyReader(const TopologyText& source, const Catalog& catalog, LoadedTopology& loaded)
      : source_(source),
        loaded_(loaded),
        context_{catalog, source.directory, read_errors_, loaded.warnings},
        names_(context_) {}

  void run() {
    Document document = parse_document(source_.text, source_.file_name);
    if (!document.errors.empty() && document.root.is_null()) return take_errors(document);
    hide_secrets(document.root, source_.file_name, loaded_.texts[source_.file_name]);
    apply_overrides(document, source_.overrides);
    if (!source_.overrides.empty())
      hide_secrets(document.root, kOverrideFile, loaded_.texts[kOverrideFile]);
    substitute_environment(document, [this](std::string_view name) -> std::optional<std::string> {
      if (name == "TOPOLOGY_DIR") return source_.directory;
      return source_.environment ? source_.environment(name) : std::nullopt;
    });
    remember_places(document.root, document);
    take_errors(document);
    root_ = &document.root;
    if (!root_->is_map())
      context_.fail(root_->is_null() ? "the topology file is empty"
                                     : "the topology file holds no keys",
                    Origin{source_.file_name, 1, 1, 1},
                    "start with `sources:`, `operators:` and `sinks:`");
    else
      read_parts();
    loaded_.secrets = std::move(context_.secrets);
    for (Error& error : read_errors_) loaded_.errors.push_back(loaded_.located(std::move(error)));
  }

 private:
  void take_errors(Document& document) {
    for (Error& error : document.errors) loaded_.errors.push_back(std::move(error));
  }

  void remember_places(const YamlValue& value, const Document& document) {
    const auto known = document.places.find({value.origin.line, value.origin.column});
    if (value.is_scalar() && value.origin.file == source_.file_name &&
        known != document.places.end() && known->second.size() == value.text.size())
      loaded_.positions.add(value.origin, value.text, known->second);
    for (const YamlValue& item : value.items) remember_places(item, document);
    for (const YamlEntry& entry : value.entries) remember_places(entry.value, document);
  }

  const YamlValue* part(std::string_view key, YamlValue::Kind kind) {
    const YamlEntry* entry = root_->find(key);
    if (!entry || entry->value.is_null()) return nullptr;
    return context_.expect(kind, entry->value, "`" + entry->key.text + "`") ? &entry->value
                                                                            : nullptr;
  }

  void read_parts() {
    check_keys(context_, "topology", *root_, {&topology_keys()});
    read_job();
    const YamlValue* sources = part("sources", YamlValue::Kind::Map);
    const YamlValue* operators = part("operators", YamlValue::Kind::Map);
    const YamlValue* sinks = part("sinks", YamlValue::Kind::Map);
    if (sinks) read_replies(sources, *sinks);
    for (const YamlValue* part : {sources, operators})
      if (part) find_dead_letter_sinks(*part);
    if (sources) names_.declare(*sources, true);
    if (operators) names_.declare(*operators, false);
    loaded_.views = names_.build_all();
    if (!sinks || sinks->entries.empty())
      return context_.fail("the topology has no sink", Origin{source_.file_name, 1, 1, 1},
                           "add `sinks:` with a name and its definition");
    if (operators) find_late_sinks(*operators, *sinks);
    read_sinks(*sinks);
    names_.warn_of_unused();
  }

  /// Sinks stand behind sources in the file, but a source must know that somebody replies to it.
  void read_replies(const YamlValue* sources, const YamlValue& sinks) {
    for (const YamlEntry& sink : sinks.entries) {
      const YamlEntry* reply = sink.value.find("reply");
      if (!reply || !reply->value.is_scalar()) continue;
      const YamlEntry* source = sources ? sources->find(reply->value.text) : nullptr;
      const YamlEntry* type = source ? source->value.find("type") : nullptr;
      if (type && equal_ignoring_case(type->value.text, "socket"))
        context_.replied.push_back(reply->value.text);
      else
        context_.fail("sink '" + sink.key.text + "': `reply` names no socket source: '" +
                          reply->value.text + "'",
                      reply->value.origin, "name a source of type socket with listen: true");
    }
  }

  void find_dead_letter_sinks(const YamlValue& part) {
    for (const YamlEntry& entry : part.entries) {
      if (!entry.value.is_map()) continue;
      const YamlEntry* sink = entry.value.find("deadLetter");
      if (sink && sink->value.is_scalar()) context_.dead_letter_sinks.insert(sink->value.text);
      for (const char* policy : {"badRecords", "onError"}) {
        const YamlEntry* chosen = entry.value.find(policy);
        if (sink || !chosen || !equal_ignoring_case(chosen->value.text, "deadLetter")) continue;
        context_.fail("'" + entry.key.text + "': `" + policy + ": deadLetter` without a sink",
                      chosen->value.origin, "add `deadLetter: <name>` and a sink of that name");
      }
    }
  }

  void read_job() {
    loaded_.name = std::filesystem::path(source_.file_name).stem().string();
    if (const YamlValue* name = part("name", YamlValue::Kind::Scalar)) loaded_.name = name->text;
    loaded_.settings.job_name = loaded_.name;
    if (const YamlEntry* settings = root_->find("settings"))
      read_settings(context_, settings->value, loaded_.settings, loaded_.runtime);
    if (const YamlEntry* trigger = root_->find("trigger"))
      read_trigger(context_, trigger->value, loaded_.settings);
    if (const YamlValue* location = part("checkpointLocation", YamlValue::Kind::Scalar))
      loaded_.checkpoint_location = context_.absolute(location->text);
    loaded_.settings.durable = !loaded_.checkpoint_location.empty();
  }

  void find_late_sinks(const YamlValue& operators, const YamlValue& sinks) {
    for (const YamlEntry& entry : operators.entries) {
      const YamlEntry* late = entry.value.find("lateRecords");
      const YamlEntry* sink = late ? late->value.find("sink") : nullptr;
      if (!sink || !sink->value.is_scalar()) continue;
      const std::string what = "operator '" + entry.key.text + "': `lateRecords`: ";
      if (!sinks.find(sink->value.text))
        context_.fail(what + "there is no sink '" + sink->value.text + "'", sink->value.origin,
                      "add it to `sinks:`");
      else if (!late_of_.emplace(sink->value.text, &entry.key).second)
        context_.fail(what + "sink '" + sink->value.text + "' takes those of another operator",
                      sink->value.origin, "give each operator a sink of its own");
    }
  }

  void read_sinks(const YamlValue& sinks) {
    for (const YamlEntry& entry : sinks.entries) {
      names_.reserve(entry.key);
      const auto late_of = late_of_.find(entry.key.text);
      auto sink = read_sink(
          context_, entry, [this](const YamlValue& name) { return names_.find(name); },
          late_of == late_of_.end() ? nullptr : late_of->second);
      if (!sink) continue;
      // The job's name is the name of its memory table.
      if (sink->format == "memory" && sinks.entries.size() == 1) sink->name = loaded_.name;
      loaded_.outputs.push_back(std::move(*sink));
    }
  }

  const TopologyText& source_;
  LoadedTopology& loaded_;
  std::vector<Error> read_errors_;
  LoadContext context_;
  NameTable names_;
  const YamlValue* root_ = nullptr;
  // By the name of a sink: the operator whose late rows it takes.
  std::map<std::string, const YamlValue*, NameLess> late_of_;
};

}  // namespace
}  // namespace yaml

Error LoadedTopology::located(Error error) const {
  error.origin = positions.relocate(error.origin);
  return secrets.hidden(std::move(error));
}

namespace {
// What was found before the secrets were known.
void hide_secrets(LoadedTopology& loaded) {
  for (auto* list : {&loaded.errors, &loaded.warnings})
    for (Error& error : *list) error = loaded.secrets.hidden(std::move(error));
  for (auto& [name, text] : loaded.texts) text = loaded.secrets.hidden(std::move(text));
}
}  // namespace

LoadedTopology load_topology(const TopologyText& source, const Catalog& catalog) {
  LoadedTopology loaded;
  loaded.texts[source.file_name] = source.text;
  if (!source.overrides.empty())
    loaded.texts[yaml::kOverrideFile] = yaml::joined_lines(source.overrides);
  yaml::TopologyReader(source, catalog, loaded).run();
  hide_secrets(loaded);
  sort_by_position(loaded.errors);
  sort_by_position(loaded.warnings);
  return loaded;
}

}  // namespace millrace
