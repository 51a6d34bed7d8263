#!/usr/bin/env bash
# Does a job under Slurm on two nodes go on by itself if a rank dies, and with one node if the other dies?
#
#     Tests/Cluster/slurm-nodes.sh
#
# The nodes are two network namespaces with a virtual cable between them, and the same files. Starts a Slurm with its own
# configuration, ports and munge, as root; installs slurm-wlm, munge and iproute2 with apt-get if they are missing. Submits the
# script of `dp-train launch slurm`. Takes about three minutes: Slurm notices after one that a node is down.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || skip "Slurm's daemons have to be started as root"
need ip iproute2
need slurmctld slurm-wlm munge
need munged munge

nodes=(dpt-node1 dpt-node2)
folder=$(mktemp -d)
chmod 755 "$folder"
local_folder=/var/tmp/dpt-node
clean_up() {
  status=$?
  # All processes in these namespaces were started by this test.
  for node in "${nodes[@]}"; do
    for pid in $(ip netns pids "$node" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null || true; done
    ip netns del "$node" 2>/dev/null || true
  done
  [ ! -s "$folder/munged.pid" ] || kill "$(cat "$folder/munged.pid")" 2>/dev/null || true
  if [ $status -ne 0 ]; then tail -n 20 "$folder"/*.log "$folder"/*.out 2>/dev/null || true; fi
  rm -rf "$folder" "$local_folder"
}
for node in "${nodes[@]}"; do
  ! ip netns pids "$node" >/dev/null 2>&1 || skip "the namespace $node is there already"
done
trap clean_up EXIT
trap 'exit 1' INT TERM

cd "$folder"
mkdir -p "$local_folder"
join_two dpt-node 10.98.0
for number in 1 2; do
  node=dpt-node$number
  mkdir -p "local/$node"
  printf '127.0.0.1 localhost\n10.98.0.1 dpt-node1\n10.98.0.2 dpt-node2\n' >"local/$node.hosts"
done
# Runs a command on a node. Nodes have their own folder for temporary files, in which Slurm's PMIx has names that would collide;
# `ip netns exec` would hide the control groups from slurmd.
cat >on <<END
#!/bin/sh
node=\$1; shift
exec nsenter --net=/var/run/netns/"\$node" unshare --uts --mount sh -c '
  hostname "\$0"; mount --bind $folder/local/"\$0".hosts /etc/hosts; mount --bind $folder/local/"\$0" $local_folder
  exec "\$@"' "\$node" "\$@"
END
chmod +x on
./on dpt-node1 true 2>/dev/null || skip "programs cannot be started in a network namespace here"

say "training alone"
"$program" train "${recipe[@]}" --out alone >alone.out 2>&1 || fail "the training alone"
expected=$(hash_of alone)
say "trained alone: $expected"

start_munge
slurm_settings "dpt-node1(10.98.0.1)" 16827
cat >>slurm.conf <<END
TmpFS=$local_folder
SlurmdTimeout=60
NodeName=dpt-node1 NodeAddr=10.98.0.1 CPUs=4 State=UNKNOWN
NodeName=dpt-node2 NodeAddr=10.98.0.2 CPUs=4 State=UNKNOWN
END
./on dpt-node1 slurmctld -f "$SLURM_CONF"
for node in "${nodes[@]}"; do ./on "$node" slurmd -f "$SLURM_CONF" -N "$node"; done
both_are_idle() { ./on dpt-node1 sinfo --noheader --format='%T %D' 2>/dev/null | grep -q '^idle 2'; }
wait_for 60 "Slurm's start" both_are_idle
[[ $(./on dpt-node1 srun --mpi=list 2>&1) == *pmix* ]] || skip "this Slurm has no PMIx"

export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_pml=ob1 OMPI_MCA_btl=vader,self,tcp
export OMPI_MCA_btl_tcp_if_include=10.98.0.0/24 DPTRAIN=$program DPTRAIN_OVERSUBSCRIBE=1
is_saved() { [ -e run/checkpoints/last/complete ]; }
saved() { readlink run/checkpoints/last || echo none; }
has_saved_more() { [ "$(saved)" != "$before" ]; }
attempted() { grep -q "attempt $1, after .*: from step" job.out; }
has_left() { [ -z "$(./on dpt-node1 squeue --noheader)" ]; }
ranks_on() {
  for pid in $(ip netns pids "$1"); do
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dp-train ] || echo "$pid"
  done
}

"$program" launch slurm "${recipe[@]}" --nodes 2 --ranks-per-node 1 >job.sh
job=$(DPTRAIN_RUN=$folder/run ./on dpt-node1 sbatch --parsable --output=job.out job.sh)
wait_for 60 "the first checkpoint" is_saved
kill -KILL $(ranks_on dpt-node2)
at=$SECONDS
wait_for 60 "the second attempt" attempted 2
say "a rank was killed; after $((SECONDS - at)) s: $(grep 'attempt 2' job.out)"
before=$(saved)
wait_for 60 "the next checkpoint" has_saved_more
ip -n dpt-node2 link set dpt2 down
for pid in $(ip netns pids dpt-node2); do kill -KILL "$pid" 2>/dev/null || true; done
at=$SECONDS
wait_for 240 "the third attempt" attempted 3
say "a node was cut off; after $((SECONDS - at)) s: $(grep 'attempt 3' job.out)"
grep 'attempt 3' job.out | grep -q "with 1 rank on the machines that answer, dpt-node1$" || fail "not on the other node"
wait_for 300 "the end" has_left
./on dpt-node1 scontrol --oneliner show job "$job" | grep -q "Restarts=0 .*JobState=COMPLETED\|JobState=COMPLETED.* Restarts=0" ||
  fail "the job did not end by itself: $(./on dpt-node1 scontrol --oneliner show job "$job")"
[ "$(hash_of run)" = "$expected" ] || fail "other weights, $(hash_of run)"
say "ended with the same weights"
say "passed"
