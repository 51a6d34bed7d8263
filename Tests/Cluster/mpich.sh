#!/usr/bin/env bash
# Does the program work with MPICH?
#
#     Tests/Cluster/mpich.sh [--whole]
#
# Unpacks the distribution's packages of MPICH to a folder without installing them, builds collectives-check with them, and
# runs it on several numbers of ranks. --whole also builds dp-train, which takes some minutes of processor time, and verifies
# that the number of ranks does not change the bits. Builds are kept in .build-mpich.
set -euo pipefail
DPTRAIN=/bin/true
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

products=(collectives-check)
[ "${1:-}" != --whole ] || products+=(dp-train)
command -v apt-get >/dev/null || skip "packages come by apt-get"
command -v swift >/dev/null || skip "swift is not on the PATH"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! pkg-config --exists mpich; then
  apt-get -qq update 2>/dev/null || true
  # Of the packages that an installation would add, only MPICH and its libraries; no compilers.
  mapfile -t packages < <(apt-get -qq -y --print-uris --no-install-recommends install libmpich-dev mpich 2>/dev/null |
    sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" | grep -E '^(lib)?(mpich|hwloc|ucx|fabric|slurm)[0-9]*')
  [ ${#packages[@]} -gt 0 ] && apt-get -qq download "${packages[@]}" 2>/dev/null || skip "there are no packages of MPICH"
  for package in *.deb; do dpkg -x "$package" prefix; done
  libraries=$(dirname "$(find prefix -name 'libmpich.so.*' | head -n 1)")
  libraries=$folder/$libraries
  for name in hwloc ucp ucs; do
    [ -e "$libraries/lib$name.so" ] || ln -sf "$(ls "$libraries/lib$name".so.* /usr/lib/*/"lib$name".so.* 2>/dev/null | head -n 1)" "$libraries/lib$name.so"
  done
  sed -i "s|=/usr|=$folder/prefix/usr|" "$libraries/pkgconfig/mpich.pc"
  export PKG_CONFIG_PATH=$libraries/pkgconfig PATH=$folder/prefix/usr/bin:$PATH LD_LIBRARY_PATH=$libraries
  # An installation would create this link with Debian's alternatives.
  [ -e prefix/usr/bin/mpirun.mpich ] || ln -s mpiexec.hydra prefix/usr/bin/mpirun.mpich
fi

export DPTRAIN_MPI_PC=mpich
build=(swift build --package-path "$home" --scratch-path "$home/.build-mpich" -c release)
for product in "${products[@]}"; do
  say "building $product"
  "${build[@]}" --product "$product" >"$product.log" 2>&1 || { cat "$product.log"; fail "the build of $product"; }
done
bin=$("${build[@]}" --show-bin-path)

"$bin/collectives-check" version | grep -q MPICH || fail "not built with MPICH: $("$bin/collectives-check" version)"
export DPTRAIN_OVERSUBSCRIBE=1
for ranks in 1 2 3; do
  timeout 300 mpirun.mpich -bind-to none -n $ranks "$bin/collectives-check" >out 2>&1 || { cat out; fail "$ranks ranks"; }
  grep -q "^ok $ranks" out || { cat out; fail "$ranks ranks"; }
done
say "all operations are right on 1, 2 and 3 ranks"
status=0
timeout 120 mpirun.mpich -bind-to none -n 3 "$bin/collectives-check" fail >out 2>&1 || status=$?
[ $status -eq 65 ] || { cat out; fail "a rank that fails with 65 ended the job with $status"; }
say "a failure of one rank ends all with its status"

if [ ${#products[@]} -gt 1 ]; then
  "$bin/dp-train" verify temporal-order --ranks 1,2,3,8 || fail "verify"
  [ "$("$bin/dp-train" launcher --ranks 2 | tr '\n' ' ')" = "$(command -v mpirun.mpich) -bind-to none -n 2 " ] ||
    fail "the launcher's command: $("$bin/dp-train" launcher --ranks 2 | tr '\n' ' ')"
fi
say "passed"
