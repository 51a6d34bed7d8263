// Counters in shared memory: a waiting rank spins for a while, then sleeps until the last one arrives.
#if defined(__linux__)
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "CMPIShim.h"

#include <limits.h>
#include <sched.h>
#include <time.h>

enum { looks_per_clock = 64 };

static bool has_come(uint32_t value, uint32_t target) { return (int32_t)(value - target) >= 0; }

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void rest(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void dpt_pause(bool yields) {
  if (yields) sched_yield();
  else rest();
}

void dpt_sleep_precisely(void) {
#if defined(__linux__)
  enum { slack_nanoseconds = 1000 };
  prctl(PR_SET_TIMERSLACK, slack_nanoseconds, 0, 0, 0);
#endif
}

bool dpt_counter_reached(const dpt_counter *counter, uint32_t target) {
  return has_come(__atomic_load_n(&counter->value, __ATOMIC_ACQUIRE), target);
}

void dpt_counter_arrive(dpt_counter *counter, uint32_t target) {
  // Sequential consistency: either this sees the sleeper, or the sleeper sees the new value.
  uint32_t value = __atomic_add_fetch(&counter->value, 1, __ATOMIC_SEQ_CST);
  if (value != target || __atomic_load_n(&counter->sleepers, __ATOMIC_SEQ_CST) == 0) return;
#if defined(__linux__)
  syscall(SYS_futex, &counter->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
#endif
}

// Sleeps while the counter stays at `value`, at most until `end`.
static void sleep_at(dpt_counter *counter, uint32_t value, uint64_t now, uint64_t end) {
#if defined(__linux__)
  struct timespec left = {(time_t)((end - now) / 1000000000u), (long)((end - now) % 1000000000u)};
  syscall(SYS_futex, &counter->value, FUTEX_WAIT, value, &left, NULL, 0);
#else
  enum { nap = 50000 };
  (void)counter, (void)value;
  struct timespec left = {0, (long)(end - now < nap ? end - now : nap)};
  nanosleep(&left, NULL);
#endif
}

bool dpt_counter_wait(dpt_counter *counter, uint32_t target, uint32_t spin_microseconds, uint32_t sleep_microseconds) {
  if (dpt_counter_reached(counter, target)) return true;
  uint64_t start = nanoseconds();
  uint64_t end_of_spin = start + (uint64_t)spin_microseconds * 1000u;
  while (spin_microseconds > 0 && nanoseconds() < end_of_spin) {
    for (int look = 0; look < looks_per_clock; look++) {
      if (dpt_counter_reached(counter, target)) return true;
      rest();
    }
  }
  __atomic_add_fetch(&counter->sleepers, 1, __ATOMIC_SEQ_CST);
  uint64_t end = nanoseconds() + (uint64_t)sleep_microseconds * 1000u;
  bool reached = false;
  for (;;) {
    uint32_t value = __atomic_load_n(&counter->value, __ATOMIC_SEQ_CST);
    reached = has_come(value, target);
    uint64_t now = nanoseconds();
    if (reached || now >= end) break;
    sleep_at(counter, value, now, end);
  }
  __atomic_sub_fetch(&counter->sleepers, 1, __ATOMIC_SEQ_CST);
  return reached;
}
