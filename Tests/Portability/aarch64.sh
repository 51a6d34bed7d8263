#!/usr/bin/env bash
# Do the kernels give the same bits on 64-bit ARM as on this machine?
#
#     Tests/Portability/aarch64.sh [--sanitize]
#
# Builds the kernels with a driver of some thousand random cases for this machine and for aarch64, runs the first on
# every instruction set that the processor has and the second in an emulator, and compares hashes of all results, for
# values of each precision. Prints a Markdown table: the first column's hashes, and = for the same one, or the other hash;
# ends with status 1 if a hash differs. With --sanitize it only runs this machine's program, which then ends where it uses
# memory that is not its own, or does what C does not define.
#
# On Debian it needs: apt-get install qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross
# and clang with lld, such as those of a Swift toolchain (CLANG=… names another).
set -euo pipefail

sanitizes=0
case "$*" in
  "") ;;
  --sanitize) sanitizes=1 ;;
  *) echo "usage: $0 [--sanitize]" >&2; exit 64 ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kernels=$here/../../Sources/CKernels
clang=${CLANG:-clang}
libraries=${AARCH64_ROOT:-/usr/aarch64-linux-gnu}
gcc_libraries=${AARCH64_GCC:-$(ls -d /usr/lib/gcc-cross/aarch64-linux-gnu/* 2>/dev/null | tail -1)}

tools=("$clang")
((sanitizes)) || tools+=(qemu-aarch64)
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed; see the head of $0" >&2; exit 69; }
done
[[ $sanitizes == 1 || -e $libraries/lib/libc.a && -n $gcc_libraries ]] ||
  { echo "no C library for aarch64 in $libraries; see the head of $0" >&2; exit 69; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sources=("$here"/Driver/*.c "$kernels"/*.c "$kernels"/variants/*.c)
# The options of a release build, with all warnings as errors.
flags=(-O2 -Wall -Wextra -Werror -I "$kernels/include")
sanitizer=()
((sanitizes)) && sanitizer=(-g -fsanitize=address,undefined -fno-sanitize-recover=undefined)
"$clang" "${flags[@]}" "${sanitizer[@]}" -o "$folder/here" "${sources[@]}" -lm

machine=$(uname -m)
columns=()
for set in $("$folder/here"); do
  "$folder/here" "$set" >"$folder/$machine $set"
  columns+=("$machine $set")
done
if ((!sanitizes)); then
  "$clang" --target=aarch64-linux-gnu "${flags[@]}" -isystem "$libraries/include" -B "$libraries/lib" \
    -B "$gcc_libraries" -L "$libraries/lib" -L "$gcc_libraries" -fuse-ld=lld -static -o "$folder/aarch64" \
    "${sources[@]}" -lm
  qemu-aarch64 "$folder/aarch64" neon >"$folder/aarch64 neon"
  columns+=("aarch64 neon")
fi

printf '| kernel | values | cases |'
printf ' %s |' "${columns[@]}"
printf '\n|---|---|---|'
printf '%.0s---|' "${columns[@]}"
printf '\n'
differing=0
while read -r name values cases hash; do
  printf '| %s | %s | %s | %s |' "$name" "$values" "$cases" "$hash"
  for column in "${columns[@]:1}"; do
    other=$(awk -v name="$name" -v values="$values" '$1 == name && $2 == values { print $4 }' "$folder/$column")
    if [[ $other == "$hash" ]]; then printf ' = |'; else printf ' **%s** |' "$other"; differing=1; fi
  done
  printf '\n'
done <"$folder/${columns[0]}"
if ((differing)); then
  echo "Some bits differ (bold)." >&2
  exit 1
fi
