#!/usr/bin/env bash
# Do two hosts train to the same bits as one? If the cable between them is cut, does the job end, and can it resume later? Does it
# go on by itself, with one host, and with both after the cable is back? Does it go on without a host that hangs?
#
#     Tests/Cluster/hosts.sh
#
# The hosts are two network namespaces with a virtual cable between them, and the same files. Needs root; installs
# iproute2 with apt-get if it is missing. Runs the script of `dp-train launch hosts`, with shorter time limits. Takes
# about three minutes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make network namespaces"
need ip iproute2
command -v mpirun >/dev/null || skip "there is no mpirun"

hosts=(dpt-host1 dpt-host2)
folder=$(mktemp -d)
inhabitants() { ip netns pids dpt-host1 2>/dev/null || true; ip netns pids dpt-host2 2>/dev/null || true; }
clean_up() {
  status=$?
  # All processes in these namespaces were started by this test.
  for pid in $(inhabitants); do kill -KILL "$pid" 2>/dev/null || true; done
  for host in "${hosts[@]}"; do
    ip netns del "$host" 2>/dev/null || true
    rm -rf "/etc/netns/$host"
  done
  rmdir /etc/netns 2>/dev/null || true
  if [ $status -ne 0 ]; then tail -n 20 "$folder"/*.out 2>/dev/null || true; fi
  rm -rf "$folder"
}
for host in "${hosts[@]}"; do
  ! ip netns pids "$host" >/dev/null 2>&1 || skip "the namespace $host is there already"
done
trap clean_up EXIT
trap 'exit 1' INT TERM

cd "$folder"
join_two dpt-host 10.99.0
for number in 1 2; do
  host=dpt-host$number
  mkdir -p "/etc/netns/$host"
  printf '127.0.0.1 localhost\n10.99.0.1 dpt-host1\n10.99.0.2 dpt-host2\n' >"/etc/netns/$host/hosts"
done
# `on` runs a command on a host; `remote` does so in place of ssh, unless the cable is cut. (If it were named ssh, mpirun would
# pass it options.)
cat >on <<'EOF'
#!/bin/sh
host=$1; shift
exec ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; exec "$@"' "$host" "$@"
EOF
cat >remote <<EOF
#!/bin/sh
[ ! -e "$folder/cut" ] || exit 255
while [ -e "$folder/frozen" ]; do sleep 0.2; done
EOF
cat >>remote <<'EOF'
host=$1; shift
exec ip netns exec "$host" unshare --uts sh -c 'hostname "$0"; eval "$1"' "$host" "$*"
EOF
chmod +x on remote
./on dpt-host1 true 2>/dev/null || skip "programs cannot be started in a network namespace here"

say "training alone"
"$program" train "${recipe[@]}" --out alone >alone.out 2>&1 || fail "the training alone"
expected=$(hash_of alone)
say "trained alone: $expected"

"$program" launch hosts "${recipe[@]}" --ranks-per-node 1 | sed 's/--stall-abort/--stall-warning 3 --stall-abort/' >job.sh
grep -q "stall-warning 3 --stall-abort 600)$" job.sh || fail "the script of launch hosts has no --stall-abort 600"
# The same, but the ranks give up before mpirun notices the cut.
sed 's/--stall-abort 600/--stall-abort 6/; s/ 2>&"$errors"/& | sed "\/^--.*mca$\/,+2d"/' job.sh >impatient.sh
grep -q 'launcher --hosts "$hosts" .*errors" | sed' impatient.sh || fail "the script of launch hosts does not ask for its launcher"
printf 'dpt-host1 slots=1\ndpt-host2 slots=1\n' >machines
export DPTRAIN=$program OMPI_MCA_plm_rsh_agent=$folder/remote OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self
export OMPI_MCA_btl_tcp_if_include=10.99.0.0/24 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# The first jobs end with the failure.
export DPTRAIN_RESTARTS=0
# train SCRIPT RUN OUTPUT
train() { DPTRAIN_RUN=$folder/$2 ./on dpt-host1 bash "$1.sh" machines >"$3.out" 2>&1; }

train job both both || fail "two hosts: status $?"
grep -q dpt-host1 both/environment.json && grep -q dpt-host2 both/environment.json || fail "not both hosts trained"
[ "$(hash_of both)" = "$expected" ] || fail "two hosts: other weights, $(hash_of both)"
say "two hosts over TCP: the same weights"

has_steps() { [ "$(wc -l 2>/dev/null <"$1/metrics.jsonl" || echo 0)" -gt "$2" ]; }
is_saved() { [ -e "$1/checkpoints/last/complete" ]; }
warned() { grep -q "nothing has moved for [0-9]* s in step [0-9]*: .*dpt-host[12]" "$1.out"; }
ranks_are_gone() { ! pgrep --full --list-name -- "--out $folder/$1" | grep -q dp-train; }
all_are_gone() { [ -z "$(inhabitants)" ]; }
cable() {
  if [ "$1" = down ]; then touch cut; else rm -f cut; fi
  ip -n dpt-host2 link set dpt2 "$1"
}

# sever SCRIPT: cuts the cable during a run, which has the script's name.
sever() {
  train "$1" "$1" "$1" &
  job=$!
  wait_for 60 "the first checkpoint" is_saved "$1"
  cable down
  at=$SECONDS
  say "$1: the cable is cut, after $(wc -l <"$1/metrics.jsonl") steps"
  wait_for 15 "a warning that names a host" warned "$1"
  say "$1: warned after $((SECONDS - at)) s: $(grep -o 'nothing has moved .*' "$1.out" | head -n 1)"
  wait_for 30 "the end of both ranks" ranks_are_gone "$1"
  say "$1: both ranks are gone after $((SECONDS - at)) s"
}

# over SCRIPT: waits until all processes of the job have ended; the status must not be 0.
over() {
  wait_for "$2" "the end of mpirun and its helpers" all_are_gone
  local status=0
  wait $job || status=$?
  [ $status -ne 0 ] || fail "$1: mpirun ended with 0, though the cable was cut"
  say "$1: nothing is left running after $((SECONDS - at)) s; mpirun's status is $status"
}

# resumed SCRIPT: repairs the cable; the run must resume and end with the same weights.
resumed() {
  train "$1" "$1" again || fail "$1: resuming: status $?"
  grep -q "resuming after step" again.out || fail "$1: the second start did not resume from a checkpoint"
  [ "$(hash_of "$1")" = "$expected" ] || fail "$1: other weights, $(hash_of "$1")"
  say "$1: $(grep -o 'resuming after step .*' again.out), with the cable back, and ended with the same weights"
}

# mpirun notices the cut by its keepalive messages and ends all ranks.
sever job
over job 10
cable up
resumed job
# The ranks end themselves. mpirun's messages to the other host only arrive when the cable is back.
sever impatient
cable up
over impatient 90
resumed impatient

# attempted N: whether the script has made its Nth attempt.
attempted() { grep -q "attempt $1, after .*: from step" going-on.out; }
ranks_on() {
  for pid in $(ip netns pids "$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dp-train ] || echo "$pid"
  done
}
saved() { readlink going-on/checkpoints/last || echo none; }
has_saved_more() { [ "$(saved)" != "$before" ]; }

cp job.sh going-on.sh
export DPTRAIN_RESTARTS=3
train going-on going-on going-on &
job=$!
wait_for 60 "the first checkpoint" is_saved going-on
cable down
at=$SECONDS
wait_for 60 "the second attempt" attempted 2
say "going-on: after $((SECONDS - at)) s: $(grep 'attempt 2' going-on.out)"
before=$(saved)
wait_for 60 "a checkpoint of one host" has_saved_more
cable up
# The one rank; a process of the first attempt may be left on the host that was cut off.
kill -KILL $(ranks_on dpt-host1)
wait_for 60 "the third attempt" attempted 3
say "going-on: $(grep 'attempt 3' going-on.out)"
wait $job || fail "going-on: status $?"
grep 'attempt 2' going-on.out | grep -q 'with 1 rank on dpt-host1:1$' || fail "going-on: not on the one host"
grep 'attempt 3' going-on.out | grep -q 'with 2 ranks on dpt-host1:1,dpt-host2:1$' || fail "going-on: not on both hosts"
[ "$(hash_of going-on)" = "$expected" ] || fail "going-on: other weights, $(hash_of going-on)"
say "going-on: ended by itself with the same weights"

# A host whose processes stand still is not cut off: mpirun would wait for it for ever.
freeze() {
  touch frozen
  for pid in $(ip netns pids dpt-host2); do kill -STOP "$pid"; done
}
sed 's/^eval "$loop"$/&; patience=10/' impatient.sh >frozen.sh
grep -q 'patience=10' frozen.sh || fail "the script of launch hosts does not evaluate the loop"
train frozen frozen frozen &
job=$!
wait_for 60 "the first checkpoint" is_saved frozen
freeze
at=$SECONDS
wait_for 90 "the second attempt" grep -q "attempt 2, after SIGKILL: from step .*, with 1 rank on dpt-host1:1$" frozen.out
say "frozen: after $((SECONDS - at)) s: $(grep 'attempt 2' frozen.out)"
wait $job || fail "frozen: status $?"
[ "$(hash_of frozen)" = "$expected" ] || fail "frozen: other weights, $(hash_of frozen)"
say "frozen: ended by itself with the same weights"
say "passed"
