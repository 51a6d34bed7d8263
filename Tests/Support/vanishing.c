// A library to load before others (LD_PRELOAD) that behaves as a mount that vanishes: once the file VANISHED_FLAG exists, whoever
// opens or reads a file whose path contains VANISHED_WORD gets EIO. After VANISHED_MOST such calls of all processes the next
// waits for the flag, at most 30 s, so that nobody reads everything before it exists.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int exists(const char *path) { return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0; }

// Counts an opening or reading in the file VANISHED_READS, whose size is the count of all processes.
static long counted(void) {
  const char *path = getenv("VANISHED_READS");
  long descriptor = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (descriptor < 0) return 0;
  syscall(SYS_write, descriptor, ".", 1);
  long count = syscall(SYS_lseek, descriptor, 0, SEEK_END);
  syscall(SYS_close, descriptor);
  return count;
}

static int gone(const char *path) {
  const char *word = getenv("VANISHED_WORD"), *flag = getenv("VANISHED_FLAG"), *most = getenv("VANISHED_MOST");
  if (!word || !flag || !path || !strstr(path, word)) return 0;
  if (exists(flag)) return 1;
  long count = counted();
  for (int tenths = 0; most && count > atol(most) && tenths < 300 && !exists(flag); tenths++) usleep(100000);
  return exists(flag);
}

static int is_gone(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return gone(path);
}

#define FAIL(isGone) do { int saved = errno; if (isGone) { errno = EIO; return -1; } errno = saved; } while (0)
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                   \
  int name(const char *path, int flags, ...) {       \
    va_list list;                                    \
    va_start(list, flags);                           \
    mode_t mode = (mode_t)va_arg(list, int);         \
    va_end(list);                                    \
    FAIL(gone(path));                                \
    return NEXT(name)(path, flags, mode);            \
  }
OPEN(open)
OPEN(open64)

ssize_t read(int descriptor, void *bytes, size_t count) {
  FAIL(is_gone(descriptor));
  return NEXT(read)(descriptor, bytes, count);
}

#define PREAD(name, offset_type)                                               \
  ssize_t name(int descriptor, void *bytes, size_t count, offset_type offset) { \
    FAIL(is_gone(descriptor));                                                 \
    return NEXT(name)(descriptor, bytes, count, offset);                       \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)
