// Swift reads the command line from /proc; without /proc it finds none. glibc passes the arguments to constructors, so this
// one keeps them for Swift.
#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
// Part of Swift's library; weak, so that programs still link if a later version lacks it.
__attribute__((weak)) extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
  if (_swift_stdlib_overrideUnsafeArgvArgc) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}
#endif
