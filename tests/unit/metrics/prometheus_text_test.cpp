#include "metrics/prometheus_text.hpp"

#include "tests/support/catch.hpp"

namespace millrace {

TEST_CASE("metrics are written in Prometheus' text format, with labels escaped") {
  PrometheusText metrics;

  metrics.begin("millrace_operator_records_in_total", PrometheusText::Kind::Counter,
                "Rows taken in.");
  metrics.add({{"query", "fraud"}, {"operator", "a\"b\\c\nd"}}, 12);
  metrics.begin("millrace_epoch", PrometheusText::Kind::Gauge, "Last complete epoch.");
  metrics.add({}, 1.5);

  CHECK(metrics.text() ==
        "# HELP millrace_operator_records_in_total Rows taken in.\n"
        "# TYPE millrace_operator_records_in_total counter\n"
        "millrace_operator_records_in_total{query=\"fraud\",operator=\"a\\\"b\\\\c\\nd\"} 12\n"
        "# HELP millrace_epoch Last complete epoch.\n"
        "# TYPE millrace_epoch gauge\n"
        "millrace_epoch 1.5\n");
}

}  // namespace millrace
