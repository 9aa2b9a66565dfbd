#pragma once

#include "operators/operator.hpp"
#include "records/value.hpp"
#include "tests/support/catch.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::test {

/// One cell of a row in a test: NULL, number, text, or a list of cells (array, map, struct).
struct Cell {
  Cell(std::nullptr_t) {}
  Cell(bool v) : storage(v) {}
  Cell(int v) : storage(std::int64_t{v}) {}
  Cell(std::int64_t v) : storage(v) {}
  Cell(double v) : storage(v) {}
  Cell(const char* v) : storage(std::string(v)) {}
  Cell(std::string v) : storage(std::move(v)) {}
  static Cell list(std::vector<Cell> cells) {
    Cell cell(nullptr);
    cell.elements = std::move(cells);
    cell.is_list = true;
    return cell;
  }
  Value::Storage storage;
  std::vector<Cell> elements;
  bool is_list = false;
};
using Row = std::vector<Cell>;

/// Microseconds of event time, so that tests speak in seconds.
inline std::int64_t sec(double seconds) { return static_cast<std::int64_t>(seconds * 1e6); }

Value value_of(const DataType& type, const Cell& cell);
/// `a 1 null {10,20} [x,y]`: timestamps are in seconds.
std::string text_of(const Value& value);
SchemaPtr schema_of(std::vector<Field> fields);
RecordBatch batch_of(RecordPool& pool, const SchemaPtr& schema, const std::vector<Row>& rows);

/// Runs an operator over a script of inputs and gives all it put out as one text: rows as cells
/// joined by `,`, a space between rows, `|n` for the marker of epoch n, `wN` for a watermark at N
/// seconds, `idle` and `active`, `end` after finish. `run` does it several times: batches as given, row by row, with
/// rows that are not selected between those that are, with an outbox that is full after each batch,
/// and with an operator that begins anew after each marker from what the one before had declared as
/// state. All must give the same text.
class OperatorHarness {
 public:
  using Make = std::function<std::unique_ptr<Operator>()>;
  OperatorHarness(SchemaPtr input, Make make) : inputs_{std::move(input)}, make_(std::move(make)) {}
  OperatorHarness(std::vector<SchemaPtr> inputs, Make make)
      : inputs_(std::move(inputs)), make_(std::move(make)) {}

  OperatorHarness& rows(std::vector<Row> rows, int port = 0);
  OperatorHarness& watermark(double seconds);
  OperatorHarness& marker();
  /// Processing time passes; the operator is called for each time that it asked for.
  OperatorHarness& wait(double seconds);
  OperatorHarness& finish();
  /// Something reads the late rows: they stand in the text as `late:` and their cells.
  OperatorHarness& take_late() {
    takes_late_ = true;
    return *this;
  }
  /// What the coordinator plans as watermark of an epoch (micro-batch).
  OperatorHarness& plan_watermark(std::int64_t epoch, double seconds);
  /// Results come after each batch, so runs with other batches may differ: only the way of calling
  /// is varied then.
  OperatorHarness& results_follow_batches() {
    vary_batches_ = false;
    return *this;
  }

  /// The output of all runs; fails the test when two differ.
  std::string run();

  // After `run`: of the last run.
  const SubtaskCounters& counters() const { return *counters_; }
  const std::vector<Error>& failures() const { return failures_; }
  /// Texts of what the operator reported as event times: `epoch:count,min,max,watermark`, then
  /// ` idle`.
  const std::vector<std::string>& reports() const { return reports_; }

 private:
  struct Rows {
    int port;
    std::vector<Row> rows;
  };
  struct Marker {};
  struct Finish {};
  struct Wait {
    std::int64_t micros;
  };
  using Item = std::variant<Rows, Watermark, Marker, Finish, Wait>;
  enum class Batches { AsGiven, RowByRow, Selected };
  enum class Outbox { Roomy, FullAfterEach };
  enum class Restarts { None, AfterEachMarker };
  struct Way {
    Batches batches = Batches::AsGiven;
    Outbox outbox = Outbox::Roomy;
    Restarts restarts = Restarts::None;
  };
  class Run;

  std::string run_once(Way way);

  std::vector<SchemaPtr> inputs_;
  Make make_;
  std::vector<Item> script_;
  std::map<std::int64_t, std::int64_t> planned_;
  bool vary_batches_ = true;
  bool takes_late_ = false;

  std::shared_ptr<SubtaskCounters> counters_;
  std::vector<Error> failures_;
  std::vector<std::string> reports_;
};

/// A column of the input as an expression.
BoundExpressionPtr column_of(const SchemaPtr& schema, int index);

}  // namespace millrace::test
