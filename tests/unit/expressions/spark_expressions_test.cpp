#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/unit/expressions/evaluation.hpp"

using namespace millrace;
using nlohmann::json;

namespace {

constexpr const char* kFixture = "tests/fixtures/spark/expressions.jsonl";
/// Lines of id, tab, reason: expressions known to be answered differently.
constexpr const char* kUnsupported = "tests/unit/expressions/spark_expressions_unsupported.txt";

/// What an expression gave: a value with its type, or an error.
struct Outcome {
  std::string type;
  std::optional<std::string> value;
  bool nullable = false;
  Error error;
  bool failed() const { return !error.error_class.empty() || !error.message.empty(); }
};

Outcome failure(Error error) {
  Outcome outcome;
  outcome.error = std::move(error);
  return outcome;
}

/// Aggregates of an expression over one row, computed beforehand; each is a column of the scope.
class AggregateColumns {
 public:
  AggregateColumns(EvalContext& context, const ExpressionSettings& settings)
      : context_(context), settings_(settings) {}

  /// `expression` with a column in place of each aggregate.
  ExpressionPtr replace(const ExpressionPtr& expression) {
    const auto* call = std::get_if<Function>(&expression->node);
    if (call == nullptr) return expression;
    const FunctionEntry* entry = FunctionRegistry::builtin().find(call->name);
    if (entry != nullptr && entry->kind == FunctionKind::Aggregate)
      return compute(*call, expression->origin);
    Function copy = *call;
    for (ExpressionPtr& argument : copy.arguments) argument = replace(argument);
    return make_expression(std::move(copy), expression->origin);
  }

  BindScope scope;
  std::vector<ColumnRef> columns;
  std::vector<Error> errors;

 private:
  ExpressionPtr compute(const Function& call, const Origin& origin) {
    auto bound = bind_aggregate(call, origin, BindScope(), FunctionRegistry::builtin(), settings_,
                                errors);
    if (!bound) return make_expression(Literal{Value{}}, origin);
    RecordBatch batch =
        context_.pool.make_batch_without_columns(std::make_shared<const Schema>());
    batch.set_num_physical_rows(1);
    std::vector<ColumnRef> arguments;
    for (const auto& argument : bound->arguments)
      arguments.push_back(
          flatten(context_.pool, argument->evaluate(context_, batch, batch.rows()), 1));
    const std::string name = "aggregate " + std::to_string(columns.size());
    columns.push_back(run(*bound->function, arguments));
    scope.columns.push_back(
        {name, {}, {}, bound->function->result_type(), bound->function->nullable()});
    return make_expression(Attribute{{name}, {}}, origin);
  }

  ColumnRef run(const AggregateFunction& function, const std::vector<ColumnRef>& arguments) {
    ColumnRef out = context_.pool.make_column(function.result_type());
    if (function.state_size() != 0) {
      auto state = std::make_unique<Int128[]>(function.state_size() / 16 + 1);
      std::memset(state.get(), 0, (function.state_size() / 16 + 1) * 16);
      auto* bytes = reinterpret_cast<std::byte*>(state.get());
      function.update(context_, &bytes, arguments, Rows::all(1));
      function.finish(context_, static_cast<const std::byte*>(bytes), *out);
    } else {
      StateBytes state;
      StateBytes* states = &state;
      function.update(context_, &states, arguments, Rows::all(1));
      function.finish(context_, static_cast<const StateBytes&>(state), *out);
    }
    return out;
  }

  EvalContext& context_;
  const ExpressionSettings& settings_;
};

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char c : bytes) {
    text += "0123456789ABCDEF"[c >> 4];
    text += "0123456789ABCDEF"[c & 15];
  }
  return text;
}

std::int64_t micros_of_now() { return std::int64_t{1795255200} * 1'000'000; }  // 2026-11-21

Outcome evaluate(const std::string& sql, bool ansi, bool as_hex) {
  ExpressionSettings settings;
  settings.ansi = ansi;
  auto parsed = parse_expression_list(sql);  // the fixture's are items of a select list
  if (!parsed) return failure(parsed.error());
  auto pool = RecordPool::create();
  EvalContext context{*pool, micros_of_now(), {}};
  AggregateColumns aggregates(context, settings);
  const ExpressionPtr expression = aggregates.replace(parsed->front());
  std::vector<Error> errors = aggregates.errors;
  if (!errors.empty()) return failure(errors[0]);
  auto bound =
      millrace::bind(*expression, aggregates.scope, FunctionRegistry::builtin(), settings, errors);
  if (bound == nullptr) return failure(errors[0]);
  RecordBatch batch = pool->make_batch_without_columns(std::make_shared<const Schema>());
  batch.columns() = aggregates.columns;
  batch.set_num_physical_rows(1);
  const ColumnRef column = bound->evaluate(context, batch, batch.rows());
  if (!context.errors.empty()) return failure(context.errors[0].error);
  Outcome outcome;
  outcome.type = bound->type().to_string();
  outcome.nullable = bound->nullable();
  if (column->is_null(0) || column->type().is_null()) return outcome;
  std::string text;
  TextStyle style;
  style.plain_decimals = ansi;
  if (as_hex) text = hex(column->at<std::string_view>(0));
  else append_text(text, *column, 0, style);
  outcome.value = text;
  return outcome;
}

/// First line of Spark's message without the class, the state and the place.
std::string plain_message(const std::string& message) {
  std::string text = message.substr(0, message.find('\n'));
  if (auto end = text.find("] "); text.starts_with("[") && end != std::string::npos)
    text.erase(0, end + 2);
  if (auto state = text.find(" SQLSTATE: "); state != std::string::npos) text.erase(state);
  return text;
}

/// Bytes that are no UTF-8 are U+FFFD in the fixture.
std::string readable(const std::string& text) {
  const std::string dumped = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(dumped).get<std::string>();
}

std::string describe(const Outcome& outcome) {
  if (outcome.failed()) return outcome.error.error_class + ": " + outcome.error.message;
  return outcome.type + " " + outcome.value.value_or("NULL") +
         (outcome.nullable ? " nullable" : "");
}

/// Empty when the outcome is Spark's, else what differs.
std::string compare(const Outcome& outcome, const json& expected) {
  if (expected.contains("error")) {
    const std::string error_class = expected["error"];
    if (outcome.error.error_class != error_class)
      return "want " + error_class + ", got " + describe(outcome);
    if (outcome.error.sql_state != expected["sqlState"])
      return "want state " + expected["sqlState"].get<std::string>() + ", got '" +
             outcome.error.sql_state + "'";
    const std::string want = plain_message(expected["message"]);
    if (plain_message(outcome.error.message) != want)
      return "want \"" + want + "\", got \"" + plain_message(outcome.error.message) + "\"";
    return "";
  }
  if (outcome.failed()) return "want " + expected.dump() + ", got " + describe(outcome);
  const bool same_value = expected["value"].is_null()
                              ? !outcome.value.has_value()
                              : outcome.value && readable(*outcome.value) == expected["value"];
  if (same_value && outcome.type == expected["type"] && outcome.nullable == expected["nullable"])
    return "";
  return "want " + expected.dump() + ", got " + describe(outcome);
}

std::map<std::string, std::string> read_unsupported() {
  std::map<std::string, std::string> reasons;
  std::ifstream file(kUnsupported);
  for (std::string line; std::getline(file, line);)
    if (const auto tab = line.find('\t'); !line.starts_with("#") && tab != std::string::npos)
      reasons[line.substr(0, tab)] = line.substr(tab + 1);
  return reasons;
}

std::string check_settings(const json& line) {
  std::string text;
  for (const char* key : {"ansiOff", "ansiOn"}) {
    const json& expected = line.contains("both") ? line["both"] : line[key];
    const bool ansi = std::string_view(key) == "ansiOn";
    const Outcome outcome =
        evaluate(line["expr"], ansi, expected.value("as", std::string()) == "hex");
    const std::string difference = compare(outcome, expected);
    if (!difference.empty()) text += std::string("\n    ") + key + ": " + difference;
  }
  return text;
}

bool has_rows(const json& line) {
  for (const char* key : {"both", "ansiOff", "ansiOn"})
    if (line.contains(key) && line[key].contains("rows")) return true;
  return false;
}

struct Count {
  int passed = 0, failed = 0, skipped = 0;
};

}  // namespace

TEST_CASE("expressions give what Spark gives, with ANSI and without") {
  std::ifstream file(kFixture);
  REQUIRE(file.good());
  const std::map<std::string, std::string> unsupported = read_unsupported();
  std::map<std::string, Count> counts;
  std::set<std::string> seen;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    const std::string id = line["id"];
    Count& count = counts[line["group"]];
    seen.insert(id);
    if (has_rows(line)) {  // generators: tested with the operator that makes their rows
      ++count.skipped;
      continue;
    }
    const std::string difference = check_settings(line);
    const bool known = unsupported.contains(id);
    ++(difference.empty() ? count.passed : known ? count.skipped : count.failed);
    if (difference.empty() && known) std::cout << "  passes now: " << id << "\n";
    if (difference.empty() || known) continue;
    INFO(id << "  " << line["expr"].get<std::string>() << difference);
    FAIL_CHECK("differs from Spark");
  }
  for (const auto& [id, reason] : unsupported) CHECK((seen.contains(id) && !reason.empty()));
  Count total;
  for (const auto& [group, count] : counts) {
    std::cout << "  " << group << ": " << count.passed << " passed, " << count.failed
              << " failed, " << count.skipped << " skipped\n";
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
  }
  std::cout << "  total: " << total.passed << " passed, " << total.failed << " failed, "
            << total.skipped << " skipped\n";
}
