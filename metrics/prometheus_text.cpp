#include "metrics/prometheus_text.hpp"

#include <array>
#include <charconv>

namespace millrace {

namespace {

std::string_view kind_name(PrometheusText::Kind kind) {
  switch (kind) {
    case PrometheusText::Kind::Counter: return "counter";
    case PrometheusText::Kind::Gauge: return "gauge";
    case PrometheusText::Kind::Summary: return "summary";
  }
  return "untyped";
}

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n')
      out.append("\\n");
    else
      out.push_back(c);
  }
}

void append_number(std::string& out, double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

}  // namespace

void PrometheusText::begin(std::string_view name, Kind kind, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(kind_name(kind)).append("\n");
}

void PrometheusText::add(const Labels& labels, double value, std::string_view suffix) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, label] : labels) {
    text_.push_back(before);
    text_.append(name).append("=\"");
    append_label_value(text_, label);
    text_.push_back('"');
    before = ',';
  }
  text_.append(labels.empty() ? " " : "} ");
  append_number(text_, value);
  text_.push_back('\n');
}

}  // namespace millrace
