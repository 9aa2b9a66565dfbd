#include "topology/yaml/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "topology/yaml/text_positions.hpp"

namespace millrace::yaml {
namespace {

Error config_error(std::string message, Origin origin, std::string fix = {}) {
  Error error = make_error(ErrorKind::Config, std::move(message), std::move(fix));
  error.origin = std::move(origin);
  return error;
}

std::size_t count_values(const YamlValue& value) {
  std::size_t count = 1;
  for (const YamlValue& item : value.items) count += count_values(item);
  for (const YamlEntry& entry : value.entries) count += 1 + count_values(entry.value);
  return count;
}

/// Thrown through the parser to stop it; caught in parse_document.
struct LimitReached {};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file, const DocumentLimits& limits,
              Document& document)
      : text_(text), file_(file), limits_(limits), document_(document), lines_(text) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlValue value;
    value.origin = locate(mark);
    finish(std::move(value), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& text) override {
    YamlValue value;
    value.kind = YamlValue::Kind::Scalar;
    value.text = text;
    value.origin = place_of(static_cast<std::size_t>(std::max(0, mark.pos)), text);
    finish(std::move(value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlValue::Kind::List, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlValue::Kind::Map, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      fail("yaml: alias refers to the value that it stands in", locate(mark));
      return finish(YamlValue{}, 0);
    }
    count(count_values(found->second));
    finish(YamlValue(found->second), 0);
  }

 private:
  struct Frame {
    YamlValue value;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    YamlValue key;
  };

  void fail(std::string message, Origin origin, std::string fix = {}) {
    document_.errors.push_back(config_error(std::move(message), std::move(origin), std::move(fix)));
  }

  Origin locate(const YAML::Mark& mark) {
    Origin origin = lines_.locate(static_cast<std::size_t>(std::max(0, mark.pos)));
    origin.file = file_;
    return origin;
  }

  // The origin of a scalar; remembers the place of each byte where the text is not in the file as is.
  Origin place_of(std::size_t mark, const std::string& text) {
    const ScalarPlace place = find_scalar(text_, mark, text);
    const bool is_verbatim = text_.substr(place.start, text.size()) == text &&
                             text.find('\n') == std::string::npos;
    if (is_verbatim) {
      Origin origin = lines_.locate(place.start);
      origin.file = file_;
      origin.length = count_code_points(text);
      return origin;
    }
    return place_bytes(place, text);
  }

  Origin place_bytes(const ScalarPlace& place, const std::string& text) {
    std::vector<Origin> places;
    places.reserve(text.size());
    for (std::size_t offset : align_scalar(text_, place, text))
      places.push_back(lines_.locate(offset));
    Origin origin = places.empty() ? lines_.locate(place.start) : places.front();
    origin.file = file_;
    const std::size_t line_end = std::min(text.find('\n'), text.size());
    origin.length = count_code_points(std::string_view(text).substr(0, line_end));
    document_.places[{origin.line, origin.column}] = std::move(places);
    return origin;
  }

  void count(std::size_t values) {
    num_values_ += values;
    if (num_values_ > limits_.max_values) throw LimitReached{};
  }

  void open(YamlValue::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Frame frame;
    frame.value.kind = kind;
    frame.value.origin = locate(mark);
    frame.anchor = anchor;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    finish(std::move(frame.value), frame.anchor);
  }

  void finish(YamlValue value, YAML::anchor_t anchor) {
    count(1);
    if (anchor != 0) {
      count(count_values(value));
      anchors_[anchor] = value;
    }
    if (stack_.empty()) {
      document_.root = std::move(value);
      return;
    }
    Frame& parent = stack_.back();
    if (parent.value.is_list()) return parent.value.items.push_back(std::move(value));
    if (!parent.has_key) {
      parent.key = std::move(value);
      parent.has_key = true;
      return;
    }
    parent.has_key = false;
    add_entry(parent.value, std::move(parent.key), std::move(value));
  }

  void add_entry(YamlValue& map, YamlValue key, YamlValue value) {
    if (!key.is_scalar())
      return fail("yaml: a key must be text, not " + std::string(kind_name(key)), key.origin,
                  "put quotes around the key");
    if (const YamlEntry* first = map.find(key.text)) {
      fail("key `" + key.text + "` is written twice", key.origin,
           "remove one of the two, or give it another name");
      document_.errors.back().notes.push_back("first written in line " +
                                              std::to_string(first->key.origin.line));
      return;
    }
    map.entries.push_back({std::move(key), std::move(value)});
  }

  std::string_view text_;
  const std::string& file_;
  const DocumentLimits& limits_;
  Document& document_;
  LineTable lines_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, YamlValue> anchors_;
  std::size_t num_values_ = 0;
};

// YAML allows none of these; in a name they would reach the terminal.
std::size_t find_control_character(std::string_view text) {
  const auto found = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

void parse_events(std::string_view text, const std::string& file, const DocumentLimits& limits,
                  Document& document) {
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text, file, limits, document);
  Origin whole{file, 1, 1, 1};
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    Document rest;
    TreeBuilder rest_builder(text, file, limits, rest);
    if (parser.HandleNextDocument(rest_builder))
      document.errors.push_back(config_error("the file holds more than one YAML document",
                                             rest.root.origin, "put each topology in its own file"));
  } catch (const YAML::Exception& failure) {
    Origin origin = LineTable(text).locate(static_cast<std::size_t>(std::max(0, failure.mark.pos)));
    origin.file = file;
    origin.length = 1;
    document.errors.push_back(
        config_error("yaml: " + failure.msg, origin, "check indentation, brackets and quotes here"));
  } catch (const LimitReached&) {
    document.errors.push_back(config_error(
        "the file holds more than " + std::to_string(limits.max_values) + " values", whole,
        "aliases count as often as they are used; split the topology"));
  }
}

}  // namespace

Document parse_document(std::string_view text, const std::string& file_name,
                        const DocumentLimits& limits) {
  Document document;
  document.file = file_name;
  const Origin whole{file_name, 1, 1, 1};
  if (text.size() > limits.max_bytes) {
    document.errors.push_back(config_error(
        "the file has more than " + std::to_string(limits.max_bytes >> 20) + " MiB", whole,
        "a topology file holds the job, not its data"));
    return document;
  }
  const auto refuse = [&](std::size_t place, const char* message, const char* fix) {
    Origin origin = LineTable(text).locate(place);
    origin.file = file_name;
    origin.length = 1;
    document.errors.push_back(config_error(message, origin, fix));
    return document;
  };
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos)
    return refuse(bad, "the file is not valid UTF-8", "save the file as UTF-8");
  if (const std::size_t bad = find_control_character(text); bad != std::string_view::npos)
    return refuse(bad, "the file holds a control character",
                  "remove it, or write it as an escape in double quotes");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  parse_events(text, file_name, limits, document);
  return document;
}

}  // namespace millrace::yaml
