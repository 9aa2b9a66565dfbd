#include "sinks/connection_flusher.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace millrace {

namespace {
void add_to(int epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}
}  // namespace

ConnectionFlusher::ConnectionFlusher(Callbacks callbacks, Descriptor listener)
    : callbacks_(std::move(callbacks)),
      listener_(std::move(listener)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  add_to(epoll_.get(), stop_.get(), EPOLLIN);
  if (listener_) add_to(epoll_.get(), listener_.get(), EPOLLIN);
  thread_ = std::thread([this] { run(); });
}

ConnectionFlusher::~ConnectionFlusher() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void ConnectionFlusher::watch(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  if (watched_.emplace(connection->fd(), connection).second)
    add_to(epoll_.get(), connection->fd(), EPOLLOUT);
}

void ConnectionFlusher::run() {
  epoll_event events[64];
  while (true) {
    const int ready = ::epoll_wait(epoll_.get(), events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[i].data.fd;
      if (fd == stop_.get()) return;
      if (fd == listener_.get())
        accept_clients();
      else
        flush(fd);
    }
  }
}

void ConnectionFlusher::flush(int fd) {
  {
    // Held over the flush, so that `watch` cannot slip in between the last byte and the removal.
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(fd);
    if (found == watched_.end() || found->second->flush() == SendStatus::Queued) return;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    watched_.erase(found);
  }
  callbacks_.on_drained();
}

void ConnectionFlusher::accept_clients() {
  while (Descriptor client = accept_client(listener_.get()))
    callbacks_.on_client(std::make_shared<Connection>(std::move(client)));
}

}  // namespace millrace
