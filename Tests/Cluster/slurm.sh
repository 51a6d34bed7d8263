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

host=$(hostname -s)
folder=$(mktemp -d)
chmod 755 "$folder"
clean_up() {
  status=$?
  scancel --user=root --signal=KILL --full 2>/dev/null || true
  # Stop Slurm first: it needs munge to stop.
  for name in "slurmd.$host" slurmctld munged; do
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

start_munge
slurm_settings "$host(127.0.0.1)" 16817
echo "NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN" >>slurm.conf
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
