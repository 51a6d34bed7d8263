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

# The SHA-256 of a finished run's weights.
hash_of() { sha256sum "$1/weights.safetensors" | cut -d ' ' -f 1; }

# A training of some ten seconds on one core.
recipe=(temporal-order data.level=moderate epochs=${EPOCHS:-100} model.layers.0.lstm.hiddenSize=64
  evaluate.every=50 data.testSize=64 checkpoint.steps=500)

[ -x "$program" ] || fail "there is no $program; build it: swift build -c release"
