#!/usr/bin/env bash
# How far are exp, log, tanh, sigmoid and erf from the exact values?
#
#     Tests/Accuracy/elementary.sh [MANTISSAS [FIRST LAST]]
#
# Builds the kernels with a driver that runs each function on both signs of every exponent, or of those from FIRST to
# LAST, with MANTISSAS values each (a power of two, 8192 if not given; 8388608 are all there are, which for all exponents
# takes about an hour), and compares with the C library's function in long double. Prints Markdown tables of the largest
# errors in units in the last place, and of the results for special values. Ends with status 1 if an error is above 2 or a
# special value is wrong.
#
# Needs clang, such as that of a Swift toolchain (CLANG=… names another), and a C library whose long double is wider than
# double: glibc on x86-64 or 64-bit ARM.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kernels=$here/../../Sources/CKernels
clang=${CLANG:-clang}
command -v "$clang" >/dev/null || { echo "$clang is not installed; see the head of $0" >&2; exit 69; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The options of a release build, with all warnings as errors.
"$clang" -O2 -Wall -Wextra -Werror -I "$kernels/include" -o "$folder/elementary" "$here"/elementary.c "$kernels"/*.c \
  "$kernels"/variants/*.c -lm
"$folder/elementary" "$@"
