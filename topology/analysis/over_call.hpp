#pragma once

#include "operators/frame_aggregate.hpp"
#include "topology/analysis/over_frame.hpp"

#include <map>
#include <string>
#include <vector>

namespace millrace {

/// One OVER of a select list, checked.
struct OverCall {
  enum class Kind { Running, Rows, Range, Lag, Lead };
  ExpressionPtr expression;  // a WindowOver
  Kind kind = Kind::Running;
  OverFrame frame;

  const WindowOver& over() const { return std::get<WindowOver>(expression->node); }
  const Function& function() const { return std::get<Function>(over().function->node); }
};

/// True for times and dates: rows arrive in their order, more or less.
bool grows_with_time(const DataType& type);

/// The arguments of the calls of one step; equal ones stand once.
struct FrameArguments {
  std::vector<FrameArgument> list;
  std::map<std::string, std::size_t> places;
};

}  // namespace millrace
