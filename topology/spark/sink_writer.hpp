#pragma once

#include <set>
#include <string>
#include <vector>

#include "checkpoint/trigger.hpp"
#include "topology/plan/node.hpp"
#include "topology/spark/program_parts.hpp"
#include "topology/spark/python_text.hpp"

namespace millrace::spark {

/// What the outputs of a job have in common in Spark.
struct SinkSettings {
  Trigger trigger;
  bool real_time = false;  // Real-Time Mode instead of the continuous trigger
  bool streaming = true;   // false: no source is, so tables are written once
  /// Folder below which each query keeps its own checkpoint; empty: none is asked for.
  std::string checkpoint_location;
};

/// Writes outputs as queries: a paragraph each, with the functions that they call in front.
class SinkWriter {
 public:
  SinkWriter(SinkSettings settings, ProgramParts& parts)
      : settings_(std::move(settings)), parts_(parts) {}

  void write(const plan::WriteStream& sink, const Chain& frame);
  /// The paragraphs so far.
  const std::string& text() const { return text_; }
  /// Variables of the queries that were started, in order.
  const std::vector<std::string>& queries() const { return queries_; }

 private:
  /// What is written instead of the frame, and to what: `.format("console")` or `.foreachBatch(f)`.
  struct Target {
    Chain frame;
    std::string call;
    bool takes_options = true;
    std::string path = {};
  };

  Target target(const plan::WriteStream& sink, const Chain& frame);
  Target command_target(const plan::WriteStream& sink, const Chain& frame);
  void write_query(const plan::WriteStream& sink, Target target);
  void write_table(const plan::WriteStream& sink, const Target& target);
  std::vector<std::string> options(const plan::WriteStream& sink) const;
  std::string trigger_call() const;
  std::string checkpoint_call(const plan::WriteStream& sink);
  /// Puts a definition in front, once.
  void define(const std::string& definition);

  const SinkSettings settings_;
  ProgramParts& parts_;
  std::set<std::string> defined_;
  std::vector<std::string> queries_;
  std::string text_;
};

}  // namespace millrace::spark
