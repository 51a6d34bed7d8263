// Memory that processes of one machine share, by POSIX names that live only until all have mapped it.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "CMPIShim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int dpt_shared_create(const char *name, size_t bytes) {
  int file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, S_IRUSR | S_IWUSR);
  if (file < 0) return errno;
  int error = ftruncate(file, (off_t)bytes) == 0 ? 0 : errno;
  close(file);
  if (error != 0) shm_unlink(name);
  return error;
}

void *dpt_shared_map(const char *name, size_t bytes, size_t own_start, size_t own_bytes, int *error) {
  int file = shm_open(name, O_RDWR, 0);
  if (file < 0) {
    *error = errno;
    return NULL;
  }
  *error = 0;
#if defined(__linux__)
  // Without this a full /dev/shm would show only as a fatal signal when a page is touched.
  *error = posix_fallocate(file, (off_t)own_start, (off_t)own_bytes);
#else
  (void)own_start, (void)own_bytes;
#endif
  void *start = MAP_FAILED;
  if (*error == 0) {
    start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (start == MAP_FAILED) *error = errno;
  }
  close(file);
  return start == MAP_FAILED ? NULL : start;
}

void dpt_shared_remove(const char *name) { shm_unlink(name); }

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
