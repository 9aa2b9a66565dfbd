#include "topology/analysis/formats.hpp"
#include "topology/yaml/readers.hpp"
#include "topology/yaml/secrets.hpp"

namespace millrace::yaml {
namespace {

class SinkReader {
 public:
  SinkReader(LoadContext& context, const YamlEntry& entry, const FindName& find,
             const YamlValue* late_of)
      : context_(context),
        entry_(entry),
        find_(find),
        late_of_(late_of),
        what_("sink '" + entry.key.text + "'") {}

  std::optional<plan::WriteStream> run() {
    if (!context_.expect(YamlValue::Kind::Map, entry_.value, what_)) return std::nullopt;
    sink_.name = entry_.key.text;
    sink_.origin = entry_.key.origin;
    const bool has_type = read_type();
    read_keys();
    if (!read_input() || !has_type) return std::nullopt;
    return std::move(sink_);
  }

 private:
  bool read_input() {
    const YamlEntry* from = entry_.value.find("from");
    if (late_of_ && from) {
      context_.fail(what_ + ": it takes the late rows of '" + late_of_->text + "' alone",
                    from->key.origin, "remove `from`, or name another sink in `lateRecords`");
      return false;
    }
    if (!late_of_ && !from && context_.dead_letter_sinks.contains(sink_.name)) {
      plan::Read letters;
      letters.format = plan::kDeadLetters;
      sink_.input = plan::make_node(std::move(letters), {}, entry_.key.origin);
      return true;
    }
    if (!late_of_ && !from) {
      context_.missing_key(what_, "from", entry_.key.origin);
      return false;
    }
    if (from && !context_.expect(YamlValue::Kind::Scalar, from->value, what_ + ": `from`"))
      return false;
    sink_.late_records = late_of_ != nullptr;
    sink_.input = find_(late_of_ ? *late_of_ : from->value);
    return true;
  }

  bool read_type() {
    const YamlEntry* type = entry_.value.find("type");
    if (!type) {
      context_.missing_key(what_, "type", entry_.key.origin);
      return false;
    }
    if (!context_.expect(YamlValue::Kind::Scalar, type->value, what_ + ": `type`")) return false;
    const auto choice = find_sink(*context_.catalog.sinks, type->value.text);
    if (!choice) {
      Error error = unknown_sink(*context_.catalog.sinks, type->value.text);
      error.origin = type->value.origin;
      context_.errors.push_back(std::move(error));
      return false;
    }
    sink_.format = choice->type->name;
    if (!choice->format.empty()) sink_.options.set("format", choice->format, type->value.origin);
    read_options(*choice->type, choice->format);
    return true;
  }

  void read_options(const SinkType& type, std::string format) {
    if (const YamlEntry* entry = entry_.value.find("format")) format = entry->value.text;
    const auto known = options_of(type, format);
    for (const YamlEntry& entry : entry_.value.entries) {
      if (find_option(sink_keys(), entry.key.text)) continue;
      const OptionDeclaration* option = find_option(known, entry.key.text);
      if (!option) {
        auto names = names_of(known);
        for (const std::string& name : names_of(sink_keys())) names.push_back(name);
        context_.unknown_key(what_, entry.key, names);
        continue;
      }
      std::string text = option_text(entry.value);
      if (option->secret || is_secret(entry.key.text)) context_.secrets.add(text);
      if (equal_ignoring_case(entry.key.text, "path")) text = context_.absolute(text);
      sink_.options.set(entry.key.text, std::move(text), entry.value.origin);
    }
  }

  void read_keys() {
    for (const OptionDeclaration& key : sink_keys()) {
      if (key.name == "from" || key.name == "type" || key.name == "outputMode") continue;
      const YamlValue* value = checked_value(context_, entry_.value, key, what_);
      if (!value) continue;
      if (key.name == "partitionBy")
        for (const YamlValue& column : scalars(context_, *value, what_ + ": `partitionBy`"))
          sink_.partition_by.push_back(column.text);
      else
        sink_.options.set(key.name, value->text, value->origin);
    }
    // The analyzer checks the mode: its words are Spark's.
    const YamlEntry* mode = entry_.value.find("outputMode");
    if (!mode || !context_.expect(YamlValue::Kind::Scalar, mode->value, what_ + ": `outputMode`"))
      return;
    sink_.output_mode = mode->value.text;
    sink_.origin = mode->value.origin;
  }

  LoadContext& context_;
  const YamlEntry& entry_;
  const FindName& find_;
  const YamlValue* late_of_;
  const std::string what_;
  plan::WriteStream sink_;
};

}  // namespace

std::optional<plan::WriteStream> read_sink(LoadContext& context, const YamlEntry& entry,
                                           const FindName& find, const YamlValue* late_of) {
  return SinkReader(context, entry, find, late_of).run();
}

}  // namespace millrace::yaml
