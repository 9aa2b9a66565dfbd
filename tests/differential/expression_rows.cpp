#include "tests/differential/expression_rows.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "expressions/binder.hpp"
#include "expressions/parser.hpp"
#include "records/decimal.hpp"
#include "records/schema_text.hpp"
#include "records/value.hpp"
#include "tests/unit/expressions/evaluation.hpp"

namespace millrace::test {

namespace {

using nlohmann::json;

constexpr std::int64_t kNow = std::int64_t{1'795'255'200} * 1'000'000;  // 2026-11-21

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string to_hex(const std::string& bytes) {
  std::string digits;
  for (const unsigned char c : bytes) digits += fmt::format("{:02x}", c);
  return digits;
}

/// The digits of a decimal without its point; the wire form always has all digits of the scale.
Int128 read_unscaled(const std::string& text, int scale) {
  Int128 value = 0;
  int behind = -1;
  for (const char c : text)
    if (c == '.') behind = 0;
    else if (c != '-') value = value * 10 + (c - '0'), behind += behind >= 0;
  for (int i = std::max(behind, 0); i < scale; ++i) value *= 10;
  return text.starts_with("-") ? -value : value;
}

Value read_value(const json& node, const DataType& type);

Value::Storage read_elements(const json& node, const DataType& type) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < node.size(); ++i)
    if (type.kind() == TypeKind::Map) {
      values.push_back(read_value(node[i][0], type.key()));
      values.push_back(read_value(node[i][1], type.value()));
    } else {
      values.push_back(read_value(
          node[i], type.kind() == TypeKind::Struct ? type.fields()[i].type : type.element()));
    }
  return values;
}

Value read_value(const json& node, const DataType& type) {
  if (node.is_null()) return {type, {}};
  if (node.is_boolean()) return {type, node.get<bool>()};
  if (node.is_number()) return {type, node.get<std::int64_t>()};
  if (type.is_bytes()) return {type, from_hex(node.get<std::string>())};
  if (type.is_fractional()) return {type, std::strtod(node.get<std::string>().c_str(), nullptr)};
  if (type.kind() == TypeKind::Decimal)
    return {type, read_unscaled(node.get<std::string>(), type.scale())};
  return {type, read_elements(node, type)};
}

json write_value(const Value& value);

json write_map(const std::vector<Value>& elements) {
  json pairs = json::array();
  for (std::size_t i = 0; i + 1 < elements.size(); i += 2)
    pairs.push_back({write_value(elements[i]), write_value(elements[i + 1])});
  return pairs;
}

json write_elements(const std::vector<Value>& elements) {
  json list = json::array();
  for (const Value& element : elements) list.push_back(write_value(element));
  return list;
}

std::string write_decimal(Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  std::string digits;
  for (Int128 rest = negative ? -unscaled : unscaled; rest != 0; rest /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  if (static_cast<int>(digits.size()) <= scale)
    digits.insert(0, static_cast<std::size_t>(scale) + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return negative ? "-" + digits : digits;
}

json write_value(const Value& value) {
  switch (value.storage.index()) {
    case 0: return nullptr;
    case 1: return std::get<bool>(value.storage);
    case 2: return std::get<std::int64_t>(value.storage);
    case 3: return fmt::format("{}", std::get<double>(value.storage));
    case 4: return write_decimal(std::get<Int128>(value.storage), value.type.scale());
    case 5: return to_hex(std::get<std::string>(value.storage));
    case 6: {
      const auto& interval = std::get<CalendarInterval>(value.storage);
      return json::array({interval.months, interval.days, interval.microseconds});
    }
    default: break;
  }
  const auto& elements = std::get<std::vector<Value>>(value.storage);
  return value.type.kind() == TypeKind::Map ? write_map(elements) : write_elements(elements);
}

json failure(const Error& error) {
  return {{"error", error.error_class.empty() ? error.message : error.error_class}};
}

json values_of(const Column& column, const std::vector<RowError>& errors, std::uint32_t rows) {
  json values = json::array();
  for (std::uint32_t row = 0; row < rows; ++row)
    values.push_back(write_value(value_at(column, row & column.index_mask())));
  for (auto error = errors.rbegin(); error != errors.rend(); ++error)  // the first of a row counts
    values[error->row] = failure(error->error);
  return values;
}

TimeZone zone_of(const ExpressionSettings& settings) {
  auto zone = TimeZone::find(settings.time_zone);
  return zone ? *zone : TimeZone();
}

json evaluate_one(const std::string& text, const Schema& schema, const ExpressionSettings& settings,
                  RecordPool& pool, const RecordBatch& batch) {
  auto parsed = parse_expression_list(text, {}, zone_of(settings));
  if (!parsed) return failure(parsed.error());
  std::vector<Error> errors;
  const auto bound = millrace::bind(*parsed->front(), scope_of(schema), FunctionRegistry::builtin(),
                                    settings, errors);
  if (bound == nullptr) return failure(errors.at(0));
  EvalContext context{pool, kNow, {}};
  const ColumnRef column = bound->evaluate(context, batch, batch.rows());
  return {{"type", bound->type().to_string()},
          {"values", values_of(*column, context.errors, batch.rows().end())}};
}

RecordBatch read_rows(const json& rows, const SchemaPtr& schema, RecordPool& pool) {
  std::vector<std::vector<Value>> values;
  for (const json& row : rows) {
    std::vector<Value>& read = values.emplace_back();
    for (std::size_t c = 0; c < schema->size(); ++c)
      read.push_back(read_value(row[c], (*schema)[c].type));
  }
  return make_rows(pool, schema, values);
}

}  // namespace

json evaluate_rows(const json& request) {
  auto schema = parse_schema(request.at("schema").get<std::string>());
  if (!schema) return failure(schema.error());
  ExpressionSettings settings;
  settings.ansi = request.at("ansi");
  settings.time_zone = request.at("timeZone");
  const SchemaPtr shared = schema_of(schema->fields);
  auto pool = RecordPool::create();
  const RecordBatch batch = read_rows(request.at("rows"), shared, *pool);
  json answers = json::array();
  for (const json& text : request.at("expressions"))
    answers.push_back(evaluate_one(text, *shared, settings, *pool, batch));
  return answers;
}

}  // namespace millrace::test
