#!/usr/bin/env bash
# Does training give the same bits over networks that delay and lose packets, over one with a slow pair of machines, with a
# machine at half speed, and over UCX? Does nobody take slowness for a stall?
#
#     Tests/Cluster/lossy.sh [CASE...]
#
# The machines are pretended by Benchmarks/network/machines. Cases: lossy2, lossy4 (1 ms of delay, 0.3 ms of jitter, 0.5 % loss),
# pair (50 Mbit/s between machines 1 and 3, 1 Gbit/s between all others), ucx, slow (a machine has half a processor). Needs root
# and cc; installs iproute2 with apt-get if it is missing. Takes about two minutes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make network namespaces"
need ip iproute2
command -v mpirun >/dev/null || skip "there is no mpirun"
command -v "${CC:-cc}" >/dev/null || skip "there is no C compiler"
[ "$(nproc)" -ge 2 ] || skip "two machines need two processors"
[ ! -e /run/dpt-net ] || skip "there are pretended machines already"

# The program as the system names its processes.
short=$(basename "$program")
short=${short:0:15}
machines=$home/Benchmarks/network/machines
folder=$(mktemp -d)
quota=/sys/fs/cgroup/cpu/dpt-lossy
clean_up() {
  status=$?
  "$machines" down
  rmdir $quota 2>/dev/null || true
  if [ $status -ne 0 ]; then tail -n 20 "$folder"/*.out 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM
cd "$folder"

# alone STEPS: the training of STEPS steps, with gradients of 0.4 MB.
alone() {
  recipe=(temporal-order data.level=moderate data.testSize=64 model.layers.0.lstm.hiddenSize=150 shards=16 balance=auto
    evaluate.every=0 steps="$1")
  "$program" train "${recipe[@]}" --out "alone$1" >"alone$1.out" 2>&1 || fail "the training alone"
  expected=$(hash_of "alone$1")
  say "$1 steps alone: $expected"
}

resent() { "$machines" on "$1" awk '/^Tcp: [0-9]/ { print $13 }' /proc/net/snmp; }

# train NAME [MPIRUN_OPTION...]: trains on the machines that are up, one rank each. A false stall would be warned of after 10 s.
train() {
  local name=$1 at=$SECONDS status=0
  shift
  timeout 300 "$machines" mpirun 1 "$@" -- "$program" train "${recipe[@]}" --out "$folder/$name" --stall-warning 10 \
    --stall-abort 60 >"$name.out" 2>&1 || status=$?
  [ $status -ne 124 ] || fail "$name: it hangs"
  [ $status -eq 0 ] || fail "$name: status $status"
  ! grep "nothing has moved" "$name.out" || fail "$name: slowness was taken for a stall"
  [ "$(hash_of "$name")" = "$expected" ] || fail "$name: other weights, $(hash_of "$name")"
  say "$name: the same weights, in $((SECONDS - at)) s"
}

# lossy NAME COUNT
lossy() {
  "$machines" up "$2" --rate 1gbit --delay 1000 --jitter 300 --loss 0.5 || skip "machines cannot be pretended here"
  train "$1"
  local packets=$(resent 1)
  [ "$packets" -gt 0 ] || fail "$1: no packet had to be sent again"
  say "$1: machine 1 sent $packets packets again"
  "$machines" down
}

pair() {
  "$machines" up 4 --rate 1gbit --pair 1-3=50mbit || skip "machines cannot be pretended here"
  train pair
  "$machines" down
}

rank_of() {
  local pid
  for pid in $(ip netns pids "dpt-net$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$short" ] || echo "$pid"
  done
}
has_rank() { [ -n "$(rank_of "$1")" ]; }

# Gives the rank of a machine half a processor: by a control group, or by stopping it half of the time.
halve() {
  wait_for 30 "the start of a rank" has_rank "$1"
  local pid
  pid=$(rank_of "$1")
  touch halved
  if mkdir $quota 2>/dev/null && echo 5000 >$quota/cpu.cfs_quota_us && echo 10000 >$quota/cpu.cfs_period_us &&
    echo "$pid" >$quota/cgroup.procs; then
    say "slow: the rank of machine $1 has half a processor, by a control group"
    return
  fi 2>/dev/null
  say "slow: the rank of machine $1 is stopped half of the time"
  while kill -STOP "$pid" 2>/dev/null; do
    sleep 0.05
    kill -CONT "$pid"
    sleep 0.05
  done
}

slow() {
  # Shares follow the ranks' speed after some seconds.
  alone 800
  "$machines" up 2 --rate 1gbit || skip "machines cannot be pretended here"
  halve 2 &
  local halving=$!
  train slow
  kill $halving 2>/dev/null || true
  "$machines" down
  [ -e halved ] || fail "slow: the rank was not slowed down"
  awk '/^ranks now have/ { if ($4 > $6) is_fewer = 1 } END { exit !is_fewer }' slow.out ||
    fail "slow: the slow rank never had fewer shards: $(grep '^ranks now have' slow.out || echo they kept even shares)"
  say "slow: $(grep '^ranks now have' slow.out | head -n 1)"
}

ucx() {
  if ! ompi_info 2>/dev/null | grep -q 'pml: ucx'; then
    say "ucx: not tried, since this MPI has no UCX"
    return
  fi
  "$machines" up 2 --rate 1gbit || skip "machines cannot be pretended here"
  # Open MPI only takes UCX for TCP if it is told that any transport and device will do. These options come after others.
  train ucx -x OMPI_MCA_pml=ucx -x UCX_TLS=tcp,self --mca opal_common_ucx_tls any --mca opal_common_ucx_devices any \
    --mca pml_ucx_verbose 1
  grep -q "pml_ucx" ucx.out || fail "ucx: messages went another way"
  "$machines" down
}

alone 150
[ $# -gt 0 ] || set -- lossy2 lossy4 pair ucx slow
for name in "$@"; do
  case $name in
    lossy2) lossy lossy2 2 ;;
    lossy4) lossy lossy4 4 ;;
    pair | slow | ucx) $name ;;
    *) fail "there is no case $name" ;;
  esac
done
say "passed"
