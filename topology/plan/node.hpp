#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "expressions/expression.hpp"
#include "operators/stateful_processor.hpp"
#include "records/options.hpp"
#include "records/value.hpp"

namespace millrace::plan {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

// One struct for each kind of node. Nothing is resolved: names, types, durations stay text.

struct Read {
  std::string format;  // file socket rate ...; empty: `table` is a name in the catalog
  std::string table;
  std::optional<std::string> schema;
  Options options;
  std::vector<std::string> paths;
  bool streaming = true;
};
/// The format of a `Read` that stands for the records which name a sink as their `deadLetter`: the input
/// of that sink.
inline constexpr std::string_view kDeadLetters = "dead letters";
struct LocalRelation {
  Schema schema;
  std::vector<std::vector<Value>> rows;
};
struct SqlQuery {
  std::string text;
};
struct SubqueryAlias {
  std::string name;
};
struct Project {
  std::vector<ExpressionPtr> expressions;
};
struct WithColumns {
  std::vector<std::pair<std::string, ExpressionPtr>> columns;
};
struct WithColumnsRenamed {
  std::vector<std::pair<std::string, std::string>> renames;
};
struct Drop {
  std::vector<std::string> columns;
};
struct ToDF {
  std::vector<std::string> names;
};
struct Filter {
  ExpressionPtr condition;
};
enum class GroupKind { GroupBy, Rollup, Cube, GroupingSets };
struct Aggregate {
  GroupKind kind = GroupKind::GroupBy;
  std::vector<ExpressionPtr> grouping;
  std::vector<ExpressionPtr> aggregates;
  std::vector<std::vector<std::size_t>> sets;
  /// SQL: `aggregates` is the whole select list; grouping columns are not put in front.
  bool select_list = false;
};
struct WithWatermark {
  std::string column;
  std::string delay;
  std::string idle_timeout;
};
struct Deduplicate {
  std::vector<std::string> columns;  // empty: all
  bool within_watermark = false;
};
struct Join {
  std::string type = "inner";
  ExpressionPtr condition;
  std::vector<std::string> using_columns;
};
/// A program's own stateful operator over the rows of each key: a processor of a shared library, or one
/// that a C++ program gives.
struct TransformWithState {
  std::vector<ExpressionPtr> grouping;
  std::string library;    // a file; empty: `make`
  std::string processor;  // its name in the library, or in messages
  std::string schema;     // DDL of the output; empty: what the library says
  std::string time_mode;  // none, eventTime, processingTime; empty: none
  Options options;        // for the processor
  MakeProcessor make;
  /// What the processor is given first: columns of the key, then others.
  Schema initial_schema;
  std::vector<std::vector<Value>> initial_rows;
};
enum class SetKind { Union, Intersect, Except };
struct SetOperation {
  SetKind kind = SetKind::Union;
  bool all = true;
  bool by_name = false;
};
struct Sort {
  std::vector<ExpressionPtr> orders;
};
struct Limit {
  ExpressionPtr count;
};
struct Offset {
  ExpressionPtr count;
};

/// A node of the unresolved logical plan. Immutable and shared: a name used twice is one node with two
/// parents. `id` is unique in a session and names the node in attributes and messages.
struct Node {
  using Kind = std::variant<Read, LocalRelation, SqlQuery, SubqueryAlias, Project, WithColumns,
                            WithColumnsRenamed, Drop, ToDF, Filter, Aggregate, WithWatermark,
                            Deduplicate, TransformWithState, Join, SetOperation, Sort, Limit,
                            Offset>;
  Kind kind;
  std::int64_t id = 0;
  Origin origin;
  /// Null for an input that could not be read and was reported; such a plan is analyzed, never run.
  std::vector<NodePtr> inputs;
  /// What the user wrote beside the verb (uid, parallelism, onError, lateRecords).
  Options options;
};

/// A fresh node id, unique in the process. Safe to call from any thread.
std::int64_t next_node_id();
NodePtr make_node(Node::Kind kind, std::vector<NodePtr> inputs, Origin origin = {});

/// One output of a job. Not a node: its mode and trigger are known to nothing below it.
struct WriteStream {
  NodePtr input;
  std::string name;
  std::string format;
  Options options;
  std::vector<std::string> partition_by;
  std::string output_mode;  // text, checked by the analyzer; empty: append
  /// Writes what came too late for `input` instead of its results (lateRecords).
  bool late_records = false;
  Origin origin;
};

/// Text of the tree with ids renumbered: equal for equal plans, whatever front end built them.
std::string to_text(const NodePtr& node);

}  // namespace millrace::plan
