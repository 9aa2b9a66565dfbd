#include "topology/yaml/load_context.hpp"

#include <algorithm>
#include <filesystem>

#include "records/edit_distance.hpp"
#include "topology/yaml/overrides.hpp"

namespace millrace::yaml {
namespace {

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string_view kind_text(YamlValue::Kind kind) {
  YamlValue value;
  value.kind = kind;
  return kind_name(value);
}

bool is_uri(const std::string& path) { return path.find(":/") != std::string::npos; }

}  // namespace

void LoadContext::fail(std::string message, const Origin& origin, std::string fix) {
  Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
  error.origin = origin;
  errors.push_back(std::move(error));
}

bool LoadContext::is_replied(std::string_view source) const {
  return std::any_of(replied.begin(), replied.end(), [&](const std::string& name) {
    return equal_ignoring_case(name, source);
  });
}

void LoadContext::unknown_key(const std::string& what, const YamlValue& key,
                              const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(key.text, known);
  fail(what + ": unknown key `" + key.text + "`", key.origin,
       nearest.empty() ? "remove the key, or use one of the keys above" : "write `" + nearest + "`");
  errors.back().notes.push_back("keys: " + list_text(known));
  if (!nearest.empty()) errors.back().label = "did you mean `" + nearest + "`?";
}

void LoadContext::missing_key(const std::string& what, const std::string& key,
                              const Origin& origin) {
  const bool is_new = origin.file == kOverrideFile;  // most often a name that was mistyped
  fail(what + ": key `" + key + "` is missing", origin,
       is_new ? "name something that the file has, or set `" + key + "` too"
              : "add `" + key + ":`");
  if (is_new) errors.back().label = "not in the file";
}

bool LoadContext::expect(YamlValue::Kind kind, const YamlValue& value, const std::string& what) {
  if (value.kind == kind) return true;
  fail(what + " must be " + std::string(kind_text(kind)) + ", not " +
           std::string(kind_name(value)),
       value.origin, kind == YamlValue::Kind::Map ? "write `key: value` lines below it" : "");
  return false;
}

std::string LoadContext::absolute(const std::string& path) const {
  if (path.empty() || is_uri(path)) return path;
  const std::filesystem::path whole = std::filesystem::path(directory) / path;
  return std::filesystem::absolute(whole).lexically_normal().string();
}

std::string option_text(const YamlValue& value) {
  if (value.is_scalar()) return value.text;
  std::string text;
  for (const YamlValue& item : value.items) text += (text.empty() ? "" : ",") + option_text(item);
  if (!value.is_map()) return text;
  for (const YamlEntry& entry : value.entries)
    text += (text.empty() ? "{\"" : ",\"") + entry.key.text + "\":" + option_text(entry.value);
  return text.empty() ? "{}" : text + "}";
}

std::vector<YamlValue> scalars(LoadContext& context, const YamlValue& value,
                               const std::string& what) {
  if (value.is_scalar()) return {value};
  if (!context.expect(YamlValue::Kind::List, value, what)) return {};
  std::vector<YamlValue> found;
  for (const YamlValue& item : value.items)
    if (context.expect(YamlValue::Kind::Scalar, item, what + ": an item")) found.push_back(item);
  return found;
}

}  // namespace millrace::yaml
