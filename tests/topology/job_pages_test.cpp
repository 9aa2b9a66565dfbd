// What `millrace run --http` shows of a running job.
#include "tests/support/catch.hpp"
#include "tests/topology/http_get.hpp"
#include "tests/topology/program.hpp"

#include <nlohmann/json.hpp>

using namespace millrace;
using namespace millrace::testing;

namespace {

using Json = nlohmann::json;

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  return answer.substr(end + 4);
}

/// What a browser must be told so that no text of an answer becomes code.
void is_never_code(const std::string& answer) {
  CHECK(answer.find("Content-Type: text/html") == std::string::npos);
  CHECK(answer.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("Content-Security-Policy: default-src 'none'; script-src 'self'; ") !=
        std::string::npos);
}

/// The body of an answer that is JSON and nothing else.
Json json_of(const std::string& answer) {
  is_never_code(answer);
  CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
  const Json json = Json::parse(body_of(answer), nullptr, false);
  CHECK_FALSE(json.is_discarded());
  return json;
}

}  // namespace

TEST_CASE("a running job shows its plan, its state, its metrics and its progress over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/rate_console.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--trigger", "continuous 20 ms", "--http",
                   "127.0.0.1:" + std::to_string(port)});

  await_answer(port, "/api/state", "\"epoch\":2");

  CHECK(get(port, "/api/plan").find("\"name\":\"rate_console\"") != std::string::npos);
  CHECK(get(port, "/metrics").find("millrace_operator_records_out_total{query=\"rate_console\"") !=
        std::string::npos);
  CHECK(get(port, "/api/progress").find("\"batchId\"") != std::string::npos);
  CHECK(get(port, "/").find("<!doctype html>") != std::string::npos);
  CHECK(get(port, "/etc/passwd").find("404") != std::string::npos);
}

TEST_CASE("each node's watermark is among its state and its metrics over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/late_readings.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--trigger", "continuous 20 ms", "--http",
                   "127.0.0.1:" + std::to_string(port)});

  const std::string state = await_answer(port, "/api/state", "\"watermarkMs\":1");

  CHECK(state.find("\"watermarkMs\":0") != std::string::npos);  // a sink gives none on
  CHECK(get(port, "/metrics").find("millrace_operator_watermark_seconds{query=\"late_readings\"") !=
        std::string::npos);
}

TEST_CASE("rates, latency and state of the query are among the metrics when they are switched on") {
  const int with = free_port();
  const int without = free_port();
  const auto arguments = [](int port, const std::string& enabled) {
    return std::vector<std::string>{"run", "examples/rate_console.yaml", "--progress", "off",
                                    "--duration", "60 seconds", "--trigger", "continuous 20 ms",
                                    "--set", "settings.metricsEnabled=" + enabled, "--http",
                                    "127.0.0.1:" + std::to_string(port)};
  };
  Program switched_on(arguments(with, "true"));
  Program switched_off(arguments(without, "false"));
  await_answer(without, "/api/state", "\"epoch\":2");

  await_answer(with, "/metrics", "millrace_query_input_rows_per_second{query=\"rate_console\"}");
  CHECK(get(with, "/metrics").find("millrace_query_state_rows") != std::string::npos);
  CHECK(get(without, "/metrics").find("millrace_query_") == std::string::npos);
}

TEST_CASE("the tables of memory sinks answer SELECTs over HTTP") {
  const int port = free_port();
  Program program({"run", "examples/rate_console.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--set", "sinks={evens: {from: even, type: memory}}", "--trigger",
                   "continuous 20 ms", "--http", "127.0.0.1:" + std::to_string(port)});

  await_answer(port, "/api/sql?q=SELECT+value+FROM+rate_console+WHERE+value=4", "[{\"value\":4}]");

  CHECK(get(port, "/api/sql?q=SELECT+nothing").find("HTTP/1.1 400") == 0);
  CHECK(get(port, "/api/sql").find("HTTP/1.1 400") == 0);
}

TEST_CASE("an address beyond this machine needs a token") {
  const ProgramEnd end = run_program({"run", "examples/rate_console.yaml", "--http", "0.0.0.0:0"});
  CHECK(end.code == 64);
  CHECK(end.err.find("--http-token") != std::string::npos);
}

TEST_CASE("names, values and errors that look like HTML or JSON stay texts in what a job shows") {
  const int port = free_port();
  Program program({"run", "tests/fixtures/hostile_names.yaml", "--progress", "off", "--duration",
                   "60 seconds", "--http", "127.0.0.1:" + std::to_string(port)});
  const std::string rows = "/api/sql?q=SELECT+*+FROM+%60%3Cplaintext%3E%60+LIMIT+1";
  await_answer(port, rows, "[{\"value\":0");

  const Json plan = json_of(get(port, "/api/plan"));
  CHECK(plan["name"] == "<plaintext>");
  CHECK(plan["nodes"][0]["name"] == "<svg>");
  CHECK(plan["nodes"][1]["name"] == "<xmp>");
  const Json row = json_of(get(port, rows))[0];
  CHECK(row[R"(<img src=x onerror="window.injected=1">)"] ==
        "</script><script>window.injected=1</script>");
  CHECK(row[R"("}])"] == R"("}],\)");
  CHECK(json_of(get(port, "/api/progress"))[0]["name"] == "<plaintext>");
  json_of(get(port, "/api/state"));
  const Json refusal = json_of(get(port, "/api/sql?q=SELECT+%60%3Cb%3E%22%60"));
  CHECK(refusal["error"].get<std::string>().find("<b>\"") != std::string::npos);
  is_never_code(get(port, "/metrics"));
  json_of(get(port, "/%3Cscript%3E"));
}
