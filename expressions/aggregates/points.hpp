#pragma once

#include "records/state_bytes.hpp"

#include <vector>

namespace millrace {

/// A number that was seen so many times.
struct Point {
  double value;
  double count;
};

/// The points of a state by value, NaN last.
std::vector<Point> sorted_points(const StateBytes& state);
double total_count(const std::vector<Point>& points);
void set_points(StateBytes& state, const std::vector<Point>& points);

/// Adds a point to a state that keeps every distinct value: equal ones are put together each time the
/// memory would have to grow, so that adding costs O(log n) amortised.
void add_exact_point(StateBytes& state, Point point);

}  // namespace millrace
