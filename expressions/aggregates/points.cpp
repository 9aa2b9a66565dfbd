#include "expressions/aggregates/points.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace millrace {

namespace {

bool is_before(const Point& a, const Point& b) {
  return a.value < b.value || (std::isnan(b.value) && !std::isnan(a.value));
}

void combine_equal(StateBytes& state) {
  std::vector<Point> points = sorted_points(state);
  std::size_t last = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (is_before(points[last], points[i])) points[++last] = points[i];
    else points[last].count += points[i].count;
  }
  points.resize(last + 1);
  set_points(state, points);
}

}  // namespace

std::vector<Point> sorted_points(const StateBytes& state) {
  std::vector<Point> points(state.size() / sizeof(Point));
  if (points.empty()) return points;
  std::memcpy(points.data(), state.data(), state.size());
  std::sort(points.begin(), points.end(), is_before);
  return points;
}

double total_count(const std::vector<Point>& points) {
  double sum = 0;
  for (const Point& point : points) sum += point.count;
  return sum;
}

void set_points(StateBytes& state, const std::vector<Point>& points) {
  state.resize(0);
  state.append(points.data(), static_cast<std::uint32_t>(points.size() * sizeof(Point)));
}

void add_exact_point(StateBytes& state, Point point) {
  if (state.size() > 0 && state.size() + sizeof point > state.capacity()) {
    combine_equal(state);
    const std::uint32_t size = state.size();
    if (size > state.capacity() / 2) {  // or the next points would sort it again
      state.extend(state.capacity() - size + 1);
      state.resize(size);
    }
  }
  state.append(&point, sizeof point);
}

}  // namespace millrace
