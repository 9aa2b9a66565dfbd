#pragma once

#include "operators/operator.hpp"

#include <memory>
#include <vector>

namespace millrace {

struct AssignWatermarkOptions {
  /// The input column with the event time: a timestamp, or a window (its end counts).
  int column = 0;
  /// How far the watermark stays behind the largest event time; not negative.
  std::int64_t delay_micros = 0;
  /// After so much processing time without rows the node is idle and holds no other watermark back;
  /// 0: never.
  std::int64_t idle_timeout_micros = 0;
  /// Columns whose values name a row's partition, and their types; needs an idle timeout.
  std::vector<int> partition_by;
  std::vector<DataType> partition_types;
  EmitPolicy policy;
};

/// withWatermark: passes rows on and watches their event times, cut to milliseconds as Spark does.
/// NULL times do not count. Micro-batch: reports each epoch's event times and gives out the
/// watermark that the coordinator planned. Continuous: gives out a watermark of its own behind each
/// batch that raised it; it begins above 0 and never falls. With partitions, event time is followed
/// for each of them, and the least of those that are not idle counts; in continuous mode there is no
/// watermark before the idle timeout has passed once, because until then not every partition may have
/// been heard. All subtasks' rows have to come to one.
std::unique_ptr<Operator> make_assign_watermark(AssignWatermarkOptions options);

}  // namespace millrace
