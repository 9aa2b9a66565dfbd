#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace millrace {

/// Sliding windows cut where any of them begins or ends, so that a row lies in one slice and each window
/// is made of whole slices: one a slide, two where the size is no multiple of the slide. Microseconds;
/// 0 < slide <= size.
class WindowSlices {
 public:
  WindowSlices(std::int64_t size, std::int64_t slide, std::int64_t start)
      : size_(size),
        slide_(slide),
        start_(start),
        rest_(size % slide),
        shortest_(rest_ == 0 ? slide : std::min(rest_, slide - rest_)) {}

  /// Start of the slice that holds a time.
  std::int64_t slice_of(std::int64_t time) const {
    const std::int64_t window = last_window(time);
    const bool is_behind_rest = rest_ != 0 && time - window >= rest_;
    return is_behind_rest ? window + rest_ : window;
  }
  /// Whether a time lies in the slice with this start.
  bool contains(std::int64_t slice, std::int64_t time) const {
    return time >= slice && (time - slice < shortest_ || slice_of(time) == slice);
  }
  /// Starts of the first and of the last window that hold a time; a slice's start stands for all of it.
  std::int64_t first_window(std::int64_t time) const {
    return last_window(time - size_) + slide_;
  }
  std::int64_t last_window(std::int64_t time) const {
    std::int64_t into = (time - start_) % slide_;
    if (into < 0) into += slide_;
    return time - into;
  }
  /// The first window of a slice that ends after `closed`, the least number where none has closed.
  std::int64_t first_window_behind(std::int64_t closed, std::int64_t slice) const {
    const std::int64_t window = first_window(slice);
    const bool is_closed =
        closed != std::numeric_limits<std::int64_t>::min() && window + size_ <= closed;
    return is_closed ? first_window(closed) : window;
  }
  std::int64_t size() const { return size_; }
  std::int64_t slide() const { return slide_; }

 private:
  const std::int64_t size_;
  const std::int64_t slide_;
  const std::int64_t start_;
  const std::int64_t rest_;
  const std::int64_t shortest_;
};

}  // namespace millrace
