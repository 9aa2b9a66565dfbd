#include "topology/yaml/position_map.hpp"

namespace millrace::yaml {

void PositionMap::add(const Origin& start, std::string_view text,
                      const std::vector<Origin>& places) {
  Scalar scalar{start.file, {}};
  Point counted{start.line, start.column};
  bool differs = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    const Point in_file{places[i].line, places[i].column};
    differs |= counted != in_file;
    scalar.places.emplace(counted, in_file);
    counted = text[i] == '\n' ? Point{counted.first + 1, 1}
                              : Point{counted.first, counted.second + 1};
  }
  if (differs) scalars_.push_back(std::move(scalar));
}

Origin PositionMap::relocate(const Origin& origin) const {
  for (const Scalar& scalar : scalars_) {
    if (scalar.file != origin.file) continue;
    const auto found = scalar.places.find({origin.line, origin.column});
    if (found == scalar.places.end()) continue;
    return {origin.file, found->second.first, found->second.second, origin.length};
  }
  return origin;
}

}  // namespace millrace::yaml
