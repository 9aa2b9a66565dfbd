#include "tools/bench/suite/base_image_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "tools/bench/clock.hpp"

namespace millrace::bench {

void BaseImageWatch::start(const std::filesystem::path& location) {
  events_fd_ = inotify_init1(IN_CLOEXEC);
  folder_watch_ = inotify_add_watch(events_fd_, (location / "base").c_str(),
                                    IN_CREATE | IN_MOVED_FROM | IN_DELETE);
  if (folder_watch_ >= 0) thread_ = std::thread([this] { watch(); });
}

void BaseImageWatch::stop() {
  // The kernel tells the thread that nothing is watched any more.
  if (folder_watch_ >= 0) inotify_rm_watch(events_fd_, folder_watch_);
  if (thread_.joinable()) thread_.join();
  if (events_fd_ >= 0) close(events_fd_);
  events_fd_ = folder_watch_ = -1;
}

void BaseImageWatch::watch() {
  alignas(inotify_event) char bytes[4096];
  for (;;) {
    const ssize_t size = read(events_fd_, bytes, sizeof bytes);
    if (size <= 0) return;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(bytes + at);
      if ((event->mask & IN_IGNORED) != 0) return;
      if (event->len > 0 && std::string_view(event->name).ends_with(".img.tmp"))
        note((event->mask & IN_CREATE) != 0);
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
  }
}

void BaseImageWatch::note(bool is_building) {
  if (is_building) built_.push_back({now_ns(), std::numeric_limits<std::int64_t>::max()});
  else if (!built_.empty()) built_.back().to_ns = now_ns();
}

bool BaseImageWatch::was_building(std::int64_t at_ns) const {
  return std::any_of(built_.begin(), built_.end(), [at_ns](const Interval& interval) {
    return interval.from_ns <= at_ns && at_ns < interval.to_ns;
  });
}

}  // namespace millrace::bench
