// Lets a program that was linked with a newer glibc run with glibc 2.28, for launch/install.
//
// Functions of newer versions are defined here, only for the program, and go to the oldest version of the same function that
// every glibc has. Later glibc's have moved functions (2.34), checked fewer errors of mathematical functions (2.29, 2.35) and
// replaced the call that starts a program (2.34).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/random.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define BASE "GLIBC_2.2.5"
#define ON_X86(version) version
#define JUMP(to) "jmp *" to "@GOTPCREL(%rip)\n"
#elif defined(__aarch64__)
// The oldest version for this processor has all of the functions.
#define BASE "GLIBC_2.17"
#define ON_X86(version) BASE
#define JUMP(to) "adrp x16, :got:" to "\nldr x16, [x16, :got_lo12:" to "]\nbr x16\n"
#endif

#ifdef BASE
// A jump, not a call: dlsym and dlopen look at who calls them.
#define OLDER_OF(name, version)                                                                             \
  __asm__(".symver older_" #name ", " #name "@" version "\n"                                                \
          ".text\n.globl " #name "\n.hidden " #name "\n.type " #name ", %function\n" #name ":\n" JUMP("older_" #name))
#define OLDER(name) OLDER_OF(name, BASE)

OLDER(dladdr);
OLDER(dlclose);
OLDER(dlerror);
OLDER(dlopen);
OLDER(dlsym);

OLDER(exp);
OLDER(exp2);
OLDER(hypot);
OLDER(hypotf);
OLDER(log);
OLDER(log2);
OLDER(pow);

OLDER(pthread_attr_getstack);
OLDER(pthread_attr_getstacksize);
OLDER(pthread_attr_setstacksize);
OLDER_OF(pthread_condattr_setclock, ON_X86("GLIBC_2.3.3"));
OLDER(pthread_create);
OLDER(pthread_detach);
OLDER_OF(pthread_getaffinity_np, ON_X86("GLIBC_2.3.4"));
OLDER(pthread_getattr_np);
OLDER_OF(pthread_getname_np, ON_X86("GLIBC_2.12"));
OLDER(pthread_getspecific);
OLDER(pthread_join);
OLDER(pthread_key_create);
OLDER(pthread_key_delete);
OLDER(pthread_kill);
OLDER(pthread_mutex_timedlock);
OLDER(pthread_mutex_trylock);
OLDER(pthread_mutexattr_destroy);
OLDER(pthread_mutexattr_init);
OLDER(pthread_mutexattr_settype);
OLDER(pthread_once);
OLDER(pthread_rwlock_destroy);
OLDER(pthread_rwlock_init);
OLDER(pthread_rwlock_rdlock);
OLDER(pthread_rwlock_unlock);
OLDER(pthread_rwlock_wrlock);
OLDER_OF(pthread_setname_np, ON_X86("GLIBC_2.12"));
OLDER(pthread_setspecific);
OLDER(pthread_sigmask);

OLDER(sem_destroy);
OLDER(sem_init);
OLDER(sem_open);
OLDER(sem_post);
OLDER(sem_timedwait);
OLDER(sem_wait);
OLDER(shm_open);
OLDER(shm_unlink);

// Functions that older versions have under other names, or not at all.
#define HERE __attribute__((visibility("hidden"), used))

#if defined(__x86_64__)
enum { stat_version = 1 };
#else
enum { stat_version = 0 };
#endif
int __xstat(int, const char *, struct stat *);
int __lxstat(int, const char *, struct stat *);
int __fxstat(int, int, struct stat *);
__asm__(".symver __xstat, __xstat@" BASE "\n.symver __lxstat, __lxstat@" BASE "\n.symver __fxstat, __fxstat@" BASE);
HERE int stat(const char *path, struct stat *facts) { return __xstat(stat_version, path, facts); }
HERE int lstat(const char *path, struct stat *facts) { return __lxstat(stat_version, path, facts); }
HERE int fstat(int file, struct stat *facts) { return __fxstat(stat_version, file, facts); }
HERE int fstat64(int file, struct stat64 *facts) { return __fxstat(stat_version, file, (struct stat *)facts); }

HERE int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path) {
  int (*newer)(posix_spawn_file_actions_t *, const char *) =
      (int (*)(posix_spawn_file_actions_t *, const char *))dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addchdir_np");
  return newer ? newer(actions, path) : ENOSYS;
}

HERE unsigned arc4random(void) {
  unsigned bits = 0;
  while (getrandom(&bits, sizeof bits, 0) != (ptrdiff_t)sizeof bits) {}
  return bits;
}

// The C++ library counts references without atomic operations if this is not 0.
HERE char __libc_single_threaded = 0;

// Until 2.33 a program ran its constructors itself, by a function that it passed to the C library.
typedef void constructor(int, char **, char **);
extern constructor *__init_array_start[] __attribute__((visibility("hidden")));
extern constructor *__init_array_end[] __attribute__((visibility("hidden")));
void _init(void);
static void construct(int count, char **words, char **environment) {
  _init();
  for (constructor **next = __init_array_start; next < __init_array_end; next++) (*next)(count, words, environment);
}

typedef int program(int, char **, char **);
int older_start(program *, int, char **, constructor *, void (*)(void), void (*)(void), void *);
__asm__(".symver older_start, __libc_start_main@" BASE);
HERE int __libc_start_main(program *main, int count, char **words, constructor *none, void (*end)(void),
                           void (*end_of_libraries)(void), void *stack) {
  (void)none;
  return older_start(main, count, words, construct, end, end_of_libraries, stack);
}
#endif
