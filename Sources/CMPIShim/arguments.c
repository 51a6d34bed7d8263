// Swift reads the command line from /proc, and without /proc takes it for empty. The system hands it to constructors.
#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
// Of Swift's own library; weak, so that programs link if a later one has it no more.
__attribute__((weak)) extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
  if (_swift_stdlib_overrideUnsafeArgvArgc) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
}
#endif
