// Loaded into `millrace` with LD_PRELOAD: counts the calls that make something durable, over all threads,
// and ends the process (as kill -9 does) or fails the call at a chosen one.
//   MILLRACE_CRASH_AT=n            the n-th call; none: only count
//   MILLRACE_CRASH_ACTION=kill | EIO | ENOSPC
//   MILLRACE_CRASH_COUNT=file      gets the number of calls when the process ends by itself
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> num_calls{0};

long crash_at() {
  static const long at = std::getenv("MILLRACE_CRASH_AT") != nullptr
                             ? std::atol(std::getenv("MILLRACE_CRASH_AT"))
                             : -1;
  return at;
}

/// False: the call goes on. True: it fails with errno set.
bool reaches_crash_point() {
  if (num_calls.fetch_add(1) + 1 != crash_at()) return false;
  const char* action = std::getenv("MILLRACE_CRASH_ACTION");
  if (action == nullptr || std::strcmp(action, "kill") == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = std::strcmp(action, "ENOSPC") == 0 ? ENOSPC : EIO;
  return true;
}

bool is_regular(int fd) {
  struct stat about {};
  return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

struct CountWriter {
  ~CountWriter() {
    const char* path = std::getenv("MILLRACE_CRASH_COUNT");
    if (path == nullptr) return;
    if (FILE* file = std::fopen(path, "w")) {
      std::fprintf(file, "%ld\n", num_calls.load());
      std::fclose(file);
    }
  }
} count_writer;

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t)>("write");
  return is_regular(fd) && reaches_crash_point() ? -1 : call(fd, data, size);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return reaches_crash_point() ? -1 : call(fd, data, size, at);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return reaches_crash_point() ? -1 : call(fd, data, size, at);
}
ssize_t pwritev(int fd, const struct iovec* pieces, int count, off_t at) {
  static const auto call = real<ssize_t (*)(int, const struct iovec*, int, off_t)>("pwritev");
  return reaches_crash_point() ? -1 : call(fd, pieces, count, at);
}
int fsync(int fd) {
  static const auto call = real<int (*)(int)>("fsync");
  return reaches_crash_point() ? -1 : call(fd);
}
int fdatasync(int fd) {
  static const auto call = real<int (*)(int)>("fdatasync");
  return reaches_crash_point() ? -1 : call(fd);
}
int rename(const char* from, const char* to) {
  static const auto call = real<int (*)(const char*, const char*)>("rename");
  return reaches_crash_point() ? -1 : call(from, to);
}
int unlink(const char* path) {
  static const auto call = real<int (*)(const char*)>("unlink");
  return reaches_crash_point() ? -1 : call(path);
}
int ftruncate(int fd, off_t size) {
  static const auto call = real<int (*)(int, off_t)>("ftruncate");
  return reaches_crash_point() ? -1 : call(fd, size);
}
int mkdir(const char* path, mode_t mode) {
  static const auto call = real<int (*)(const char*, mode_t)>("mkdir");
  return reaches_crash_point() ? -1 : call(path, mode);
}
int open(const char* path, int flags, ...) {
  static const auto call = real<int (*)(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & O_CREAT) != 0 && reaches_crash_point()) return -1;
  return call(path, flags, mode);
}

}  // extern "C"
