#include "topology/yaml/overrides.hpp"

#include "records/option_value.hpp"
#include "records/type.hpp"
#include "topology/yaml/text_positions.hpp"

namespace millrace::yaml {
namespace {

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments(1);
  for (char c : path) {
    if (c == '.')
      segments.emplace_back();
    else
      segments.back() += c;
  }
  return segments;
}

std::string joined(const std::vector<std::string>& segments, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < segments.size(); ++i) text += (i > from ? "." : "") + segments[i];
  return text;
}

void move_origins(YamlValue& value, int line, int columns) {
  value.origin.line = line;
  value.origin.column += columns;
  for (YamlValue& item : value.items) move_origins(item, line, columns);
  for (YamlEntry& entry : value.entries) {
    move_origins(entry.key, line, columns);
    move_origins(entry.value, line, columns);
  }
}

class Override {
 public:
  Override(Document& document, const std::string& text, int line)
      : document_(document), text_(text), line_(line), equals_(text.find('=')) {}

  void apply() {
    if (equals_ == std::string::npos || equals_ == 0)
      return fail("--set: not of the form path=value: '" + text_ + "'",
                  "write for example `--set sources.events.path=data`");
    segments_ = split_path(std::string_view(text_).substr(0, equals_));
    if (document_.root.is_null()) document_.root.kind = YamlValue::Kind::Map;
    YamlValue* target = &document_.root;
    for (std::size_t i = 0; i < segments_.size() && target; ) target = descend(*target, i);
    if (target) *target = new_value();
  }

 private:
  Origin origin(std::size_t offset, std::size_t bytes) const {
    const std::string_view text = text_;
    return {kOverrideFile, line_, 1 + count_code_points(text.substr(0, offset)),
            count_code_points(text.substr(offset, bytes))};
  }

  void fail(std::string message, std::string fix) {
    Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
    error.origin = origin(0, std::min(equals_, text_.size()));
    document_.errors.push_back(std::move(error));
  }

  // Goes one step down the path and moves `i` on; null after an error.
  YamlValue* descend(YamlValue& value, std::size_t& i) {
    if (value.is_list()) return item(value, i);
    if (value.is_null()) value.kind = YamlValue::Kind::Map;
    if (!value.is_map()) {
      fail("--set: `" + segments_[i - 1] + "` is text and has no `" + joined(segments_, i) + "`",
           "name a value of the topology file");
      return nullptr;
    }
    const std::string rest = joined(segments_, i);
    const bool is_component = i == 2 && (equal_ignoring_case(segments_[0], "sources") ||
                                         equal_ignoring_case(segments_[0], "sinks"));
    const bool takes_rest = is_component && !equal_ignoring_case(segments_[i], "watermark");
    const bool use_rest = value.find(rest) || takes_rest;
    const std::string key = use_rest ? rest : segments_[i];
    i = use_rest ? segments_.size() : i + 1;
    if (YamlEntry* entry = value.find(key)) return &entry->value;
    YamlEntry entry;
    entry.key.kind = YamlValue::Kind::Scalar;
    entry.key.text = key;
    entry.key.origin = origin(equals_ - std::min(equals_, rest.size()), key.size());
    value.entries.push_back(std::move(entry));
    return &value.entries.back().value;
  }

  YamlValue* item(YamlValue& list, std::size_t& i) {
    const auto index = parse_whole_number(segments_[i]);
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= list.items.size()) {
      fail("--set: no item '" + segments_[i] + "' in a list of " +
               std::to_string(list.items.size()),
           "items count from 0");
      return nullptr;
    }
    ++i;
    return &list.items[static_cast<std::size_t>(*index)];
  }

  YamlValue new_value() {
    const std::string text = text_.substr(equals_ + 1);
    YamlValue value;
    value.kind = YamlValue::Kind::Scalar;
    value.text = text;
    value.origin = origin(equals_ + 1, text.size());
    if (!text.starts_with('[') && !text.starts_with('{')) return value;
    Document nested = parse_document(text, kOverrideFile);
    move_origins(nested.root, line_, value.origin.column - 1);
    for (Error& error : nested.errors) {
      error.origin.line = line_;
      error.origin.column += value.origin.column - 1;
      document_.errors.push_back(std::move(error));
    }
    return std::move(nested.root);
  }

  Document& document_;
  const std::string& text_;
  int line_;
  std::size_t equals_;
  std::vector<std::string> segments_;
};

}  // namespace

void apply_overrides(Document& document, const std::vector<std::string>& overrides) {
  int line = 0;
  for (const std::string& text : overrides) Override(document, text, ++line).apply();
}

}  // namespace millrace::yaml
