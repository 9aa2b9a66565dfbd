#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records/result.hpp"

namespace millrace::yaml {

/// Turns places counted along the text of a scalar into places in the file, for texts that do not
/// stand in the file as they are: blocks, folded lines, escapes, `${...}`. Value type.
class PositionMap {
 public:
  /// `places[i]` is where byte i of `text` stands. `start` is the place that the text is said to
  /// begin at. Nothing is stored for a text that stands in the file as it is.
  void add(const Origin& start, std::string_view text, const std::vector<Origin>& places);
  /// The place in the file, or `origin` itself when no text here covers it.
  Origin relocate(const Origin& origin) const;

 private:
  using Point = std::pair<int, int>;  // line, column
  struct Scalar {
    std::string file;
    std::map<Point, Point> places;  // counted along the text -> in the file
  };
  std::vector<Scalar> scalars_;
};

}  // namespace millrace::yaml
