#include "sources/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

namespace millrace {

namespace {
constexpr std::uint32_t kEvents =
    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t kArrivals = IN_CLOSE_WRITE | IN_MOVED_TO | IN_Q_OVERFLOW;
}  // namespace

FolderWatch::FolderWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

void FolderWatch::add(const std::string& folder) {
  if (!fd_ || watched_.contains(folder)) return;
  const int watch = ::inotify_add_watch(fd_.get(), folder.c_str(), kEvents | IN_ONLYDIR);
  if (watch < 0) return;
  watched_.insert(folder);
  folders_[watch] = folder;
}

bool FolderWatch::take_changes() {
  bool changed = false;
  alignas(inotify_event) char bytes[16384];
  ssize_t got = 0;
  while (fd_ && (got = ::read(fd_.get(), bytes, sizeof bytes)) > 0) {
    const inotify_event* event = nullptr;
    for (char* at = bytes; at < bytes + got; at += sizeof(inotify_event) + event->len) {
      event = reinterpret_cast<const inotify_event*>(at);
      const bool is_folder = (event->mask & IN_ISDIR) != 0;
      changed |= is_folder || (event->mask & kArrivals) != 0;
      if ((event->mask & IN_IGNORED) != 0) {
        watched_.erase(folders_[event->wd]);
        folders_.erase(event->wd);
      } else if (event->len != 0 && !is_folder) {
        const std::string path = folders_[event->wd] + "/" + event->name;
        if ((event->mask & IN_CREATE) != 0)
          open_files_.insert(path);
        else
          open_files_.erase(path);
      }
    }
  }
  return changed;
}

}  // namespace millrace
