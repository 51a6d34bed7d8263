#!/usr/bin/env bash
# Does the program work with MPICH?
#
#     Tests/Cluster/mpich.sh [--whole]
#
# Unpacks the distribution's packages of MPICH to a folder without installing them, builds collectives-check with them, and
# runs it on several numbers of ranks. --whole also tests dp-train: the same weights on several numbers of ranks, as those of
# .build/release/dp-train with its MPI; signals to mpirun; a rank that is killed or frozen. It builds dp-train, which takes some minutes
# of processor time, unless DPTRAIN_MPICH names one, such as that of a release. Builds are kept in .build-mpich.
set -euo pipefail
other=${DPTRAIN:-$(dirname "${BASH_SOURCE[0]}")/../../.build/release/dp-train}
DPTRAIN=/bin/true
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

is_whole=0
products=(collectives-check)
if [ "${1:-}" = --whole ]; then
  is_whole=1
  [ -x "$other" ] || fail "there is no $other to compare with; build it: swift build -c release"
  other=$(realpath "$other")
  if [ -n "${DPTRAIN_MPICH:-}" ]; then DPTRAIN_MPICH=$(realpath "$DPTRAIN_MPICH"); else products+=(dp-train); fi
fi
command -v apt-get >/dev/null || skip "packages come by apt-get"
command -v swift >/dev/null || skip "swift is not on the PATH"

folder=$(mktemp -d)
job=
trap '[ -z "$job" ] || kill -KILL "$job" 2>/dev/null || true; rm -rf "$folder"' EXIT
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
  # The name that a release's program has for it, as other distributions.
  ln -s libmpich.so.12 "$libraries/libmpi.so.12"
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

if [ $is_whole -eq 0 ]; then
  say "passed"
  exit
fi
program=${DPTRAIN_MPICH:-$bin/dp-train}
"$program" --version | grep -q "^MPI: MPICH" || fail "$program is not built with MPICH"
"$program" verify temporal-order --ranks 1,2,3,8 || fail "verify"
[ "$("$program" launcher --ranks 2 | tr '\n' ' ')" = "$(command -v mpirun.mpich) -bind-to none -n 2 " ] ||
  fail "the launcher's command: $("$program" launcher --ranks 2 | tr '\n' ' ')"

env -u LD_LIBRARY_PATH "$other" train "${recipe[@]}" --out other >out 2>&1 || { tail out && fail "$other"; }
expected=$(hash_of other)
say "with $(sed -n 's/^MPI  *//p' out): $expected"
# begin RANKS RUN OPTION...: starts a training on ranks.
begin() {
  local ranks=$1 run=$2
  shift 2
  mpirun.mpich -bind-to none -n "$ranks" "$program" train "${recipe[@]}" --out "$run" "$@" >"$run.out" 2>&1 &
  job=$!
}
# end: waits for the job's end; its status is in `status`.
end() {
  status=0
  wait "$job" || status=$?
  job=
}
ranks_of() { pgrep --full --exact "$program train .*--out $1( .*)?" || true; }
# is_saved FOLDER: whether there is a checkpoint of the run, or of a variant of the sweep.
is_saved() { [ -n "$(find "$1" -path '*/checkpoints/step-*/complete' 2>/dev/null)" ]; }
are_gone() { [ -z "$(ranks_of "$1")" ]; }
has_same_weights() { [ "$(hash_of "$1")" = "$expected" ] || fail "$1: other weights, $(hash_of "$1")"; }
# resume RANKS RUN
resume() {
  begin "$1" "$2" --resume
  end
  [ $status -eq 0 ] && grep -q "resuming after step" "$2.out" || { tail "$2.out" && fail "$2: resuming"; }
  has_same_weights "$2"
}

for ranks in 1 2 3 8; do
  begin $ranks on-$ranks
  end
  [ $status -eq 0 ] || { tail on-$ranks.out && fail "$ranks ranks: status $status"; }
  has_same_weights on-$ranks
done
say "1, 2, 3 and 8 ranks: the same weights"

# Hydra's status is sometimes 0 instead of the ranks' 75.
for signal in USR1 INT TERM; do
  begin 2 $signal
  wait_for 60 "the first checkpoint" is_saved $signal
  kill -$signal $job
  end
  [ $status -eq 75 ] || [ $status -eq 0 ] || { tail $signal.out && fail "SIG$signal: status $status"; }
  grep -q "stopped by SIG$signal after step .*, and saved" $signal.out || { tail $signal.out && fail "SIG$signal: not saved"; }
  say "SIG$signal to mpirun: stopped $(grep -o 'after step .*, and saved' $signal.out), status $status"
  resume 3 $signal
done
say "resumed on 3 ranks: the same weights"

begin 2 file
wait_for 60 "the first checkpoint" is_saved file
touch file/stop
end
[ $status -eq 75 ] || { tail file.out && fail "a file stop: status $status"; }
# The functions of dp-train's scripts notice the stop.
cat >job.sh <<'EOF'
eval "$("$1" launcher --loop)"
program=$1 run=$2 words=("${@:3}") restarts=0
choose_ranks() {
  mapfile -t start < <("$program" launcher --ranks 2)
  place='2 ranks'
}
status=0
keep_training || status=$?
exit "$status"
EOF
# stop_script RUN SUBCOMMAND WORD...: SIGTERM to a script with that training, after its first checkpoint.
stop_script() {
  local run=$1 subcommand=$2
  bash job.sh "$program" "$run" "$subcommand" "${recipe[@]}" "${@:3}" --out "$run" >"$run.out" 2>&1 &
  job=$!
  wait_for 60 "the first checkpoint" is_saved "$run"
  kill -TERM $job
  end
  [ $status -eq 75 ] || { tail "$run.out" && fail "a script with $subcommand: status $status after SIGTERM"; }
}
for number in 1 2 3 4; do
  stop_script script-$number train
  stop_script sweep-$number sweep seed=1,2
done
say "a file stop, or SIGTERM to a script, for a sweep too: status 75"

begin 2 killed
wait_for 60 "the first checkpoint" is_saved killed
kill -KILL "$(ranks_of killed | tail -n 1)"
end
[ $status -eq 9 ] || fail "a killed rank: status $status"
wait_for 5 "the end of the other rank" are_gone killed
resume 3 killed
say "a rank killed: mpirun ends with 9; resumed on 3 ranks, the same weights"

begin 2 frozen --stall-warning 2 --stall-abort 5
wait_for 60 "the first checkpoint" is_saved frozen
at=$SECONDS
kill -STOP "$(ranks_of frozen | tail -n 1)"
end
[ $status -eq 69 ] && grep -q "rank [01] on .* does not answer" frozen.out || { tail frozen.out && fail "a frozen rank: status $status"; }
wait_for 5 "the end of all ranks" are_gone frozen
say "a rank frozen, --stall-abort 5: all ended after $((SECONDS - at)) s, with 69"
resume 2 frozen
say "passed"
