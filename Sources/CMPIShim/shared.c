// Memory shared by processes of one machine: without a name, or under a POSIX name until all have mapped it.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "CMPIShim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
// Bytes of available memory; unlimited if unknown. The system has no limit for memory without a name: if it ran out, it would
// kill processes.
static size_t available(void) {
  size_t kibibytes = SIZE_MAX / 1024;
  FILE *facts = fopen("/proc/meminfo", "r");
  char line[128];
  while (facts && fgets(line, sizeof line, facts)) {
    if (sscanf(line, "MemAvailable: %zu kB", &kibibytes) == 1) break;
  }
  if (facts) fclose(facts);
  return kibibytes * 1024;
}

static int open_nameless(void) { return memfd_create("dp-train", MFD_CLOEXEC); }

// Whether an open file is nameless memory of dpt_shared_create.
static bool is_nameless(int file, size_t bytes) {
  struct stat facts;
  return fstat(file, &facts) == 0 && facts.st_nlink == 0 && facts.st_size == (off_t)bytes;
}
#else
static size_t available(void) { return SIZE_MAX; }

static int open_nameless(void) {
  errno = ENOTSUP;
  return -1;
}

static bool is_nameless(int file, size_t bytes) {
  (void)file, (void)bytes;
  return false;
}
#endif

int dpt_shared_create(const char *name, size_t bytes, bool grows, int *file) {
  if (!name && !grows && bytes > available()) return ENOMEM;
  *file = name ? shm_open(name, O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR) : open_nameless();
  if (*file < 0) return errno;
  int error = ftruncate(*file, (off_t)bytes) == 0 ? 0 : errno;
  if (error != 0) dpt_shared_close(name, *file);
  return error;
}

static int reserve(int file, size_t start, size_t bytes) {
#if defined(__linux__)
  // Otherwise a full /dev/shm would raise a fatal signal when a page is touched.
  return posix_fallocate(file, (off_t)start, (off_t)bytes);
#else
  (void)file, (void)start, (void)bytes;
  return 0;
#endif
}

int dpt_shared_grow(int file, size_t start, size_t bytes) {
  return bytes > available() ? ENOMEM : reserve(file, start, bytes);
}

void *dpt_shared_map(const char *place, size_t bytes, size_t own_start, size_t own_bytes, int *growing,
                     int *error) {
  bool has_name = strncmp(place, "/proc/", 6) != 0;
  int file = has_name ? shm_open(place, O_RDWR, 0) : open(place, O_RDWR | O_CLOEXEC);
  if (file < 0) {
    *error = errno;
    return NULL;
  }
  if (!has_name && !is_nameless(file, bytes)) {
    close(file);
    *error = EBADF;
    return NULL;
  }
  *error = growing ? 0 : reserve(file, own_start, own_bytes);
  void *start = MAP_FAILED;
  if (*error == 0) {
    start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (start == MAP_FAILED) *error = errno;
  }
  if (growing && start != MAP_FAILED) *growing = file;
  else close(file);
  return start == MAP_FAILED ? NULL : start;
}

void dpt_shared_close(const char *name, int file) {
  close(file);
  if (name) shm_unlink(name);
}

void dpt_shared_unmap(void *start, size_t bytes) { munmap(start, bytes); }

void dpt_processors(uint64_t mask[DPT_PROCESSOR_WORDS]) {
  memset(mask, 0, DPT_PROCESSOR_WORDS * sizeof mask[0]);
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (size_t i = 0; i < CPU_SETSIZE && i < 64 * DPT_PROCESSOR_WORDS; i++) {
      if (CPU_ISSET(i, &set)) mask[i / 64] |= (uint64_t)1 << i % 64;
    }
    return;
  }
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  for (long i = 0; i < count && i < 64 * DPT_PROCESSOR_WORDS; i++) mask[i / 64] |= (uint64_t)1 << i % 64;
}
