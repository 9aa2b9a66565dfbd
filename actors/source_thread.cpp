#include "actors/source_thread.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "records/check.hpp"

namespace millrace {

SourceThread::SourceThread(TaskCell& cell, SourceTask& task, IdleStrategy idle, TimerQueue& timers)
    : cell_(cell),
      task_(task),
      idle_(idle),
      timers_(timers),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  MILLRACE_CHECK(epoll_fd_ >= 0 && event_fd_ >= 0, "no descriptor for a source's thread");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = event_fd_;
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, event_fd_, &event);
}

SourceThread::~SourceThread() {
  close(event_fd_);
  close(epoll_fd_);
}

void SourceThread::run() {
  thread_ = std::this_thread::get_id();
  TimeSlice slice;
  while (!task_.stopped()) {
    // Only this thread runs the source, so it may take the task whoever raised the signal.
    (void)cell_.claim();
    slice.renew();
    const bool idle = cell_.run_owned(slice);
    for (const auto& call : timers_.take_due(slice.now())) call();
    run_poked(slice);
    if (!idle) continue;
    if (poked_.is_empty() && !task_.stopped() && idle_ == IdleStrategy::Park) wait_for_work();
    slice.read_clock();
  }
  poked_.close(turn_);
  // The queue is closed: their next pokes find another thread.
  for (TaskCell* cell : turn_) cell->hand_back();
}

bool SourceThread::run_soon(TaskCell& cell) {
  if (!poked_.put(cell)) return false;
  wake_if_waiting();
  return true;
}

void SourceThread::wake_if_waiting() {
  if (idle_ == IdleStrategy::Park && thread_.load() != std::this_thread::get_id()) wake();
}

void SourceThread::run_poked(TimeSlice& slice) {
  if (poked_.is_empty()) return;
  poked_.take(turn_);
  for (TaskCell* cell : turn_) {
    slice.renew();
    cell->run(slice);
  }
}

void SourceThread::wake() {
  const std::uint64_t one = 1;
  // A full counter means that a wake-up is on its way already.
  (void)!write(event_fd_, &one, sizeof one);
}

void SourceThread::watch(int fd) {
  if (fd == watched_fd_) return;
  if (watched_fd_ >= 0) epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, watched_fd_, nullptr);
  watched_fd_ = fd;
  if (fd < 0) return;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event);
}

std::chrono::nanoseconds SourceThread::longest_wait(std::chrono::nanoseconds until_poll) const {
  const auto next = timers_.next();
  if (next == TimerQueue::Time::max()) return until_poll;
  const auto until_timer = std::max<std::chrono::nanoseconds>(std::chrono::nanoseconds(0),
                                                              next - SteadyClock::now());
  return until_poll.count() < 0 ? until_timer : std::min(until_poll, until_timer);
}

void SourceThread::wait_for_work() {
  const SourceWait wait = task_.wait();
  watch(wait.fd);
  std::array<epoll_event, 2> events;
  const auto nanos = longest_wait(wait.timeout).count();
  const timespec timeout{nanos / 1'000'000'000, nanos % 1'000'000'000};
  const int n = epoll_pwait2(epoll_fd_, events.data(), events.size(),
                             nanos < 0 ? nullptr : &timeout, nullptr);
  for (int i = 0; i < n; ++i) {
    if (events[static_cast<std::size_t>(i)].data.fd == event_fd_) {
      std::uint64_t count;
      (void)!read(event_fd_, &count, sizeof count);
    } else {
      task_.on_readable();
    }
  }
}

}  // namespace millrace
