#!/usr/bin/env bash
# Does a job under Slurm that is warned, saved and queued again end with the same bits as an undisturbed run?
#
#     Tests/Cluster/slurm.sh
#
# Starts a Slurm of one node with its own configuration, ports and munge, as root; installs slurm-wlm and munge with
# apt-get if they are missing. Submits the script of `dp-train launch slurm`. Takes about a minute.
set -euo pipefail
shopt -s extglob
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || skip "Slurm's daemons have to be started as root"
need slurmctld slurm-wlm munge
need munged munge

folder=$(mktemp -d)
chmod 755 "$folder"
clean_up() {
  status=$?
  scancel --user=root --signal=KILL --full 2>/dev/null || true
  # Stop Slurm first: it needs munge to stop.
  for name in slurmd slurmctld munged; do
    [ ! -s "$folder/$name.pid" ] || kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
    for _ in $(seq 50); do
      { [ -s "$folder/$name.pid" ] && kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null; } || break
      sleep 0.2
    done
  done
  if [ $status -ne 0 ]; then tail -n 20 "$folder"/*.log "$folder"/job*.out 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

cd "$folder"
say "training alone"
"$program" train "${recipe[@]}" --out alone >alone.out 2>&1 || { cat alone.out; fail "the training alone"; }
expected=$(hash_of alone)
say "trained alone: $expected"

host=$(hostname -s)
mkdir munge spool state
chmod 755 munge
head -c 128 /dev/urandom >munge/key
chmod 600 munge/key
munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munged.pid" \
  --log-file="$folder/munged.log" --seed-file="$folder/munge/seed"

# cred_expire: a job that is queued again starts this many seconds later (default 120), so that its former credentials have
# expired. On a machine with one CPU, Slurm is told of two.
cat >slurm.conf <<EOF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=10
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ReturnToService=2
JobRequeue=1
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF=$folder/slurm.conf
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
is_idle() { [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; }
wait_for 30 "Slurm's start" is_idle
[[ $(srun --mpi=list 2>&1) == *pmix* ]] || skip "this Slurm has no PMIx"
say "$(slurmctld -V) is up"

# The job runs as root, with other work on the cores.
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_pml=ob1 OMPI_MCA_btl=vader,self
# All ranks compute, even if there are fewer cores.
export DPTRAIN=$program DPTRAIN_OVERSUBSCRIBE=1

state_of() { scontrol --oneliner show job "$1" | sed -n 's/.* JobState=\([A-Z_]*\) .*/\1/p'; }
has_steps() { [ "$(wc -l 2>/dev/null <"$1/metrics.jsonl" || echo 0)" -gt "$2" ]; }
has_restarted() { scontrol --oneliner show job "$1" | grep -q ' Restarts=1 .*JobState=RUNNING\|JobState=RUNNING.* Restarts=1 '; }
has_ended() { [[ $(state_of "$1") == @(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL) ]]; }

# disturbed NAME COMMAND...: submits the training, runs the command with the job's number after the first steps, and
# checks that the job starts again and ends with the same bits.
disturbed() {
  local name=$1 job submitted
  shift
  "$program" launch slurm "${recipe[@]}" --ranks-per-node 2 >"$name.sh"
  job=$(DPTRAIN_RUN=$folder/$name sbatch --parsable --output="job-$name.out" "$name.sh")
  wait_for 60 "the first 300 steps" has_steps "$name" 300
  submitted=$SECONDS
  "$@" "$job"
  say "$name: $* $job, after $(wc -l <"$name/metrics.jsonl") steps"
  wait_for 180 "the second start" has_restarted "$job"
  say "$name: started again after $((SECONDS - submitted)) s"
  wait_for 300 "the end" has_ended "$job"
  grep -q "resuming after step" "job-$name.out" || fail "$name: the second start did not resume from a checkpoint"
  [ "$(state_of "$job")" = COMPLETED ] || fail "$name: the job ended as $(state_of "$job")"
  [ "$(hash_of "$name")" = "$expected" ] || fail "$name: other weights, $(hash_of "$name")"
  say "$name: $(grep -o 'resuming after step .*' "job-$name.out" | tail -n 1), and ended with the same weights"
}

# The signal that Slurm sends two minutes before the time is up.
disturbed warned scancel --batch --signal=USR1
grep -q "stopped by SIGUSR1" job-warned.out || fail "the warning did not reach the training"
# An administrator does this, or Slurm if a job of higher priority needs the machine.
disturbed requeued scontrol requeue
say "passed"
