#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "records/options.hpp"
#include "records/result.hpp"
#include "records/time_zone.hpp"
#include "records/type.hpp"

namespace millrace {

/// The type that holds values of both, as Spark's JSON and CSV readers choose it: whole numbers widen to
/// numbers, structs join their fields, what does not fit together is STRING.
DataType common_type(const DataType& a, const DataType& b);

/// Collects what the records of a JSON file have for columns: fields sorted by name, whole numbers
/// BIGINT, other numbers DOUBLE, all else as it is, STRING where only NULL was seen. Lines that are no
/// JSON object are left out. Not thread-safe.
class JsonSchemaInference {
 public:
  JsonSchemaInference();
  ~JsonSchemaInference();
  void add(std::string_view record);
  Schema schema() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Type of a CSV field by Spark's order: INT, BIGINT, DOUBLE, DATE, TIMESTAMP, BOOLEAN, STRING; Null for
/// an empty one.
DataType csv_type(std::string_view field, const TimeZone& zone);

/// Reads the files and says what columns they have. `format` is json, csv (with its options `header`,
/// `sep`, `quote` ...), parquet or orc, where the first file tells. Errors: Spark's when there is nothing to go by.
Result<Schema> infer_schema(const std::string& format, const std::vector<std::string>& files,
                            const Options& options, const std::string& time_zone);

}  // namespace millrace
