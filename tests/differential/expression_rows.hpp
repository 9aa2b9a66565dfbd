#pragma once

#include <nlohmann/json_fwd.hpp>

namespace millrace::test {

/// Evaluates expressions over rows, each on its own, in the form that SparkJudge.java shares:
///
/// request: `{"ansi": bool, "timeZone": text, "schema": DDL, "rows": [[value, ...]], "expressions": [text]}`
/// answer: for each expression `{"type": text, "values": [value or {"error": class}, one a row]}`, or
/// `{"error": class}` when it could not be bound.
///
/// A value is null, a boolean, a whole number (dates, times and intervals too, in their unit of storage), a text
/// of hexadecimal digits (string, binary), a text with a number (float, double, decimal), or a list (the
/// elements of an array, the pairs of a map, the fields of a struct, the parts of a calendar interval).
nlohmann::json evaluate_rows(const nlohmann::json& request);

}  // namespace millrace::test
