#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// Builds metrics in Prometheus' text format, version 0.0.4. Not thread-safe.
class PrometheusText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  enum class Kind { Counter, Gauge, Summary };

  /// Begins a metric; its samples follow. Names are `millrace_<noun>_<unit>[_total]`.
  void begin(std::string_view name, Kind kind, std::string_view help);
  /// A sample of the metric begun last; `suffix` is for example `_count`.
  void add(const Labels& labels, double value, std::string_view suffix = {});
  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace millrace
