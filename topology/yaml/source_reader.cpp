#include "topology/analysis/formats.hpp"
#include "topology/yaml/readers.hpp"
#include "topology/yaml/secrets.hpp"

namespace millrace::yaml {
namespace {

bool is_true(const YamlValue* value) { return value && equal_ignoring_case(value->text, "true"); }

/// Options that name a file or folder beside `path`.
bool is_path_option(std::string_view name) { return equal_ignoring_case(name, "sourceArchiveDir"); }

class SourceReader {
 public:
  SourceReader(LoadContext& context, const YamlEntry& entry)
      : context_(context), entry_(entry), what_("source '" + entry.key.text + "'") {}

  plan::NodePtr run() {
    if (!context_.expect(YamlValue::Kind::Map, entry_.value, what_)) return nullptr;
    const YamlEntry* type = entry_.value.find("type");
    if (!type) {
      context_.missing_key(what_, "type", entry_.key.origin);
      return nullptr;
    }
    if (!context_.expect(YamlValue::Kind::Scalar, type->value, what_ + ": `type`")) return nullptr;
    const auto choice = find_source(*context_.catalog.sources, type->value.text);
    if (!choice) {
      Error error = unknown_source(*context_.catalog.sources, type->value.text);
      error.origin = type->value.origin;
      context_.errors.push_back(std::move(error));
      return nullptr;
    }
    read_.format = choice->type->name;
    format_ = choice->format;
    if (!format_.empty()) read_.options.set("format", format_, type->value.origin);
    read_entries(*choice->type);
    if (context_.is_replied(entry_.key.text))
      read_.options.set("connectionColumn", "true", entry_.key.origin);
    return make();
  }

 private:
  void read_entries(const SourceType& type) {
    if (const YamlEntry* format = entry_.value.find("format")) format_ = format->value.text;
    known_options_ = options_of(type, format_);
    for (const YamlEntry& entry : entry_.value.entries) {
      if (const OptionDeclaration* key = find_option(source_keys(), entry.key.text)) {
        read_key(*key, entry);
      } else if (equal_ignoring_case(entry.key.text, "path") && takes_path(read_.format)) {
        read_paths(entry);
      } else if (const OptionDeclaration* known = find_option(known_options_, entry.key.text)) {
        read_option(*known, entry);
      } else {
        auto names = names_of(known_options_);
        for (const std::string& name : names_of(source_keys())) names.push_back(name);
        context_.unknown_key(what_, entry.key, names);
      }
    }
  }

  void read_key(const OptionDeclaration& key, const YamlEntry& entry) {
    if (key.type == OptionType::Map) return;
    const YamlValue* value = checked_value(context_, entry_.value, key, what_);
    if (!value) return;
    if (key.name == "schema") read_.schema = value->text;
    if (key.name == "static") read_.streaming = !is_true(value);
    if (key.name != "type" && key.name != "static")
      node_options_.set(key.name, value->text, entry.value.origin);
  }

  void read_paths(const YamlEntry& entry) {
    for (const YamlValue& path : scalars(context_, entry.value, what_ + ": `path`"))
      read_.paths.push_back(context_.absolute(path.text));
    node_options_.set("path", option_text(entry.value), entry.value.origin);
  }

  void read_option(const OptionDeclaration& known, const YamlEntry& entry) {
    std::string text = option_text(entry.value);
    if (known.secret || is_secret(entry.key.text)) context_.secrets.add(text);
    if (is_path_option(entry.key.text)) text = context_.absolute(text);
    read_.options.set(entry.key.text, std::move(text), entry.value.origin);
  }

  /// What is looked at for changes, a line each.
  void note_paths() {
    std::string paths;
    for (const std::string& path : read_.paths) paths += (paths.empty() ? "" : "\n") + path;
    if (!paths.empty()) node_options_.set("paths", std::move(paths), entry_.key.origin);
  }

  plan::NodePtr make() {
    const Origin& origin = entry_.key.origin;
    const YamlEntry* watermark = entry_.value.find("watermark");
    if (node_options_.find("reload")) note_paths();
    auto node = node_with_options(std::move(read_), {}, origin, std::move(node_options_));
    return watermark ? read_watermark(context_, watermark->value, std::move(node), what_) : node;
  }

  LoadContext& context_;
  const YamlEntry& entry_;
  const std::string what_;
  std::vector<OptionDeclaration> known_options_;
  std::string format_;
  plan::Read read_;
  Options node_options_;
};

}  // namespace

plan::NodePtr read_source(LoadContext& context, const YamlEntry& entry) {
  return SourceReader(context, entry).run();
}

namespace {
/// Names with commas between.
std::string listed(LoadContext& context, const YamlValue& names, const std::string& what) {
  std::string text;
  for (const YamlValue& name : scalars(context, names, what + ": `partitionBy`"))
    text += (text.empty() ? "" : ", ") + name.text;
  return text;
}
}  // namespace

plan::NodePtr read_watermark(LoadContext& context, const YamlValue& value, plan::NodePtr input,
                             const std::string& what) {
  const std::string where = what + ": watermark";
  if (!context.expect(YamlValue::Kind::Map, value, where)) return nullptr;
  check_keys(context, where, value, {&watermark_keys()});
  plan::WithWatermark watermark;
  Options options;
  const std::size_t errors_before = context.errors.size();
  for (const OptionDeclaration& key : watermark_keys()) {
    const YamlValue* text = checked_value(context, value, key, where);
    if (!text) continue;
    const bool is_list = key.type == OptionType::List;
    options.set(key.name, is_list ? listed(context, *text, where) : text->text, text->origin);
    if (key.name == "column") watermark.column = text->text;
    if (key.name == "delay") watermark.delay = text->text;
    if (key.name == "idleTimeout") watermark.idle_timeout = text->text;
  }
  if (context.errors.size() != errors_before && watermark.column.empty()) return nullptr;
  if (watermark.delay.empty()) return input;
  const Origin& origin = options.find("column") ? options.find("column")->origin : value.origin;
  return node_with_options(std::move(watermark), {std::move(input)}, origin, std::move(options));
}

}  // namespace millrace::yaml
