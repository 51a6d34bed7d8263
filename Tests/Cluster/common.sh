# Functions for the tests on pretended clusters, which source this file.

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${DPTRAIN:-$home/.build/release/dp-train}
began=$SECONDS

skip() {
  echo "skipped: $*"
  exit 0
}

say() { printf '%4d s  %s\n' $((SECONDS - began)) "$*"; }

fail() {
  say "FAILED: $*"
  exit 1
}

# need COMMAND PACKAGE...: installs missing packages with apt-get as root; otherwise skips the test.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    skip "$command is missing, and only root can install it: apt-get install $*"
  fi
  say "installing $*"
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"; } \
    >/dev/null 2>&1 || skip "apt-get could not install $*"
}

# wait_for SECONDS WHAT COMMAND...: runs the command until it succeeds.
wait_for() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $limit ] || fail "$what did not happen in time"
    sleep 0.2
  done
}

# join_two NAME SUBNET: makes the network namespaces NAME1 and NAME2, with the addresses SUBNET.1 and SUBNET.2, and a virtual cable
# between them, whose ends are dpt1 and dpt2.
join_two() {
  local number
  for number in 1 2; do
    ip netns add "$1$number" 2>/dev/null || skip "network namespaces cannot be made here"
  done
  ip link add dpt1 netns "${1}1" type veth peer name dpt2 netns "${1}2" 2>/dev/null ||
    skip "virtual cables cannot be made here"
  for number in 1 2; do
    ip -n "$1$number" addr add "$2.$number/24" dev "dpt$number"
    ip -n "$1$number" link set lo up
    ip -n "$1$number" link set "dpt$number" up
  done
}

# start_munge: starts munge in the current folder, with a key of its own, for slurm_settings.
start_munge() {
  mkdir -p munge
  chmod 755 munge
  head -c 128 /dev/urandom >munge/key
  chmod 600 munge/key
  munged --key-file="$PWD/munge/key" --socket="$PWD/munge/socket" --pid-file="$PWD/munged.pid" \
    --log-file="$PWD/munged.log" --seed-file="$PWD/munge/seed"
}

# slurm_settings HOST PORT: writes what the tests' Slurms have in common to the current folder's slurm.conf, with this controller, and
# the ports PORT and PORT + 1. A job that is queued again starts after cred_expire seconds (default 120), so that its former credentials
# have expired. With config_overrides nodes have as many processors as the settings say.
slurm_settings() {
  mkdir -p state spool
  cat >slurm.conf <<END
ClusterName=test
SlurmctldHost=$1
SlurmctldPort=$2
SlurmdPort=$(($2 + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$PWD/munge/socket,cred_expire=10
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool/%n
SlurmctldPidFile=$PWD/slurmctld.pid
SlurmdPidFile=$PWD/slurmd.%n.pid
SlurmctldLogFile=$PWD/slurmctld.log
SlurmdLogFile=$PWD/slurmd.%n.log
ReturnToService=2
JobRequeue=1
KillWait=10
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  export SLURM_CONF=$PWD/slurm.conf
}

# The SHA-256 of a finished run's weights.
hash_of() { sha256sum "$1/weights.safetensors" | cut -d ' ' -f 1; }

# A training of some ten seconds on one core.
recipe=(temporal-order data.level=moderate epochs=${EPOCHS:-100} model.layers.0.lstm.hiddenSize=64
  evaluate.every=50 data.testSize=64 checkpoint.steps=500)

[ -x "$program" ] || fail "there is no $program; build it: swift build -c release"
