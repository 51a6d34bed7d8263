#!/usr/bin/env bash
# Do trainings on a cluster reach their end with nobody looking after them, if something fails every minute?
#
#     Tests/Cluster/rehearsal.sh [--minutes 30] [--seed N] [--every SECONDS] [--only KIND]...
#
# Trains a CNN, then an LSTM, on four machines that Benchmarks/network/machines pretends, by the script of `dp-train launch hosts`.
# Every 60 seconds, or as --every says, something happens at random, after the seed that is printed:
#     rank         the rank of a machine is killed
#     launcher     mpirun is killed
#     machine      all processes of a machine are killed; it can be reached again at once
#     power        the same, and it cannot be reached for 20 to 45 seconds
#     link         a machine's cable is cut for 20 to 45 seconds
#     freeze       all processes of a machine are stopped for 20 to 45 seconds
#     disk         the run's disk is full for 20 to 45 seconds
#     processors   all machines have half of the processors for 20 to 45 seconds
# Each happens once before one happens again; --only takes these alone. The script runs on machine 1, whose power stays on.
# Each line of the log says what happened when; how long it took until the last pause of that minute was over, that is, until
# training was further than before; and on how many ranks it was then.
#
# It fails if weights have other bits than those of one rank with no failure; if one of the two trainings takes longer than the
# minutes; or if training takes longer than 30 seconds and the work of a checkpoint to go on after a rank, mpirun or a machine was
# killed. Each training is sized to take two fifths of the minutes undisturbed. Before, both are done on one rank, which takes about as
# long. Needs root, and a file system in memory of 128 MB; installs iproute2 with apt-get if it is missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kinds=(rank launcher machine power link freeze disk processors)
minutes=30
seed=$((RANDOM * 32768 + RANDOM))
every=60
only=()
while [ $# -gt 0 ]; do
  value=${2:-}
  case $1 in
    --minutes | --seed | --every)
      [[ $value =~ ^[1-9][0-9]*$ ]] || fail "$1 wants a number"
      declare "${1#--}=$value"
      ;;
    --only)
      [[ " ${kinds[*]} " == *" $value "* ]] || fail "--only wants one of ${kinds[*]}"
      only+=("$value")
      ;;
    *) fail "there is no option $1" ;;
  esac
  shift 2
done
[ ${#only[@]} -eq 0 ] || kinds=("${only[@]}")

[ "$(id -u)" -eq 0 ] || skip "only root can make network namespaces"
need ip iproute2
command -v mpirun >/dev/null || skip "there is no mpirun"
[ ! -e /run/dpt-net ] || skip "there are pretended machines already"

# The program as the system names its processes.
short=$(basename "$program")
short=${short:0:15}
machines=$home/Benchmarks/network/machines
folder=$(mktemp -d)
disk=$folder/disk
clean_up() {
  status=$?
  "$machines" down
  if [ $status -ne 0 ]; then tail -n 30 "$folder"/*.out 2>/dev/null || true; fi
  umount "$disk" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM
cd "$folder"
mkdir disk data
mount -t tmpfs -o size=128m dpt-rehearsal disk || skip "no file system can be made in memory here"
"$machines" up 4 --rate 1gbit || skip "machines cannot be pretended here"
seq -f 'dpt-net%g slots=1' 4 >hosts

# In place of ssh: a machine is asked over the pretended network. Whoever refuses a connection is there. A frozen one says nothing.
cat >remote <<END
#!/bin/bash
while [ -e "$folder/frozen-\$1" ]; do sleep 0.2; done
[ "\$1" = "\$(hostname)" ] || [[ \$( (: <>"/dev/tcp/\$1/1") 2>&1) == *refused* ]] || exit 255
exec /run/dpt-net/remote "\$@"
END
chmod +x remote

# Images of noise, in MNIST's format: images IMAGES NAME writes them and their labels.
images() {
  local count
  count=$(printf '\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))
  { printf '\0\0\x08\x03'"$count"'\0\0\0\x1c\0\0\0\x1c'; head -c $((784 * $1)) /dev/urandom; } |
    gzip -1 >"data/$2-images-idx3-ubyte.gz"
  { printf '\0\0\x08\x01'"$count"; head -c "$1" /dev/urandom | LC_ALL=C tr '\000-\377' '[\000*128][\001*128]'; } |
    gzip -1 >"data/$2-labels-idx1-ubyte.gz"
}
images 2048 train
images 256 t10k

checkpoint_seconds=9
common=(epochs=100000 evaluate.every=20 checkpoint.epochs=0 checkpoint.minutes=0.15 checkpoint.share=none)
cnn=(mnist data.folder="$folder/data" batch=64 model.layers.7.linear.outputs=32 "${common[@]}")
lstm=(temporal-order-moderate shards=16 balance=auto batch=64 model.layers.0.lstm.hiddenSize=128 data.testSize=64 "${common[@]}")

export DPTRAIN=$program OMPI_MCA_plm_rsh_agent=$folder/remote OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self
export OMPI_MCA_btl_tcp_if_include=10.97.0.0/24 OMPI_MCA_oob_tcp_if_include=10.97.0.0/24 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# Gives the recipe as many steps as make 80 % of its half of the minutes, by a measurement on all machines.
size() {
  local -n words=$1
  local ms
  ms=$("$machines" mpirun 1 -- "$program" benchmark "${words[@]}" --seconds 5 --json 2>"$1-benchmark.out" |
    sed -E 's/.*"msPerStep":([0-9.e+-]+).*/\1/') || fail "the measurement of $1"
  steps=$(awk "BEGIN { print int($minutes * 30000 * 0.8 / $ms) + 1 }")
  words+=(steps="$steps")
  say "$1: $ms ms a step on four machines, $steps steps"
}
say "seed $seed"
size cnn
size lstm
say "training alone"
for name in cnn lstm; do
  declare -n words=$name
  "$program" train "${words[@]}" --out "alone-$name" >"alone-$name.out" 2>&1 &
  declare "alone_$name=$!"
done
wait "$alone_cnn" || fail "the CNN alone"
wait "$alone_lstm" || fail "the LSTM alone"
for name in cnn lstm; do say "$name alone: $(tail -n 8 "alone-$name.out" | grep '^time'), $(hash_of "alone-$name")"; done

# Processes of machine $1; with $2, of that name.
processes() {
  local pid
  for pid in $(ip netns pids "dpt-net$1"); do
    [ -n "${2:-}" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$2" ] || echo "$pid"
  done
}
# The ranks of machine $1: the program also answers questions of the script.
ranks_of() {
  local pid
  for pid in $(processes "$1" "$short"); do
    ! tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q ' train ' || echo "$pid"
  done
}
signal() {
  local name=$1 pid
  shift
  for pid in "$@"; do kill "-$name" "$pid" 2>/dev/null || true; done
}

# Chooses a machine that trains, from $1 on, and sets machine; 0 if there is none.
choose() {
  local candidates=() number
  for number in $(seq "$1" 4); do [ -z "$(ranks_of "$number")" ] || candidates+=("$number"); done
  local draw=$RANDOM
  machine=0
  [ ${#candidates[@]} -eq 0 ] || machine=${candidates[$((draw % ${#candidates[@]}))]}
}
for_a_while() { span=$((every / 3 + RANDOM % (every * 5 / 12 + 1))); }

# happen_KIND does it and sets what; if it must be undone, also span, and mend_KIND does so. After machine 1 was cut off, it may be
# the only one that trains, so that nothing can happen to others.
nobody="nothing, as no other machine trains"
happen_rank() {
  choose 1
  what="rank on machine $machine killed"
  if [ "$machine" -eq 0 ]; then what="nothing, as no rank runs"; else signal KILL $(ranks_of "$machine"); fi
}
happen_launcher() {
  what="mpirun killed"
  signal KILL $(processes 1 mpirun)
}
happen_machine() {
  choose 2
  what="machine $machine: all processes killed"
  if [ "$machine" -eq 0 ]; then what=$nobody; else signal KILL $(processes "$machine"); fi
}
happen_power() {
  choose 2
  what=$nobody
  [ "$machine" -ne 0 ] || return 0
  for_a_while
  what="machine $machine without power for $span s"
  "$machines" cut "$machine"
  signal KILL $(processes "$machine")
}
mend_power() { "$machines" mend "$machine"; }
happen_link() {
  choose 1
  what="nothing, as no rank runs"
  [ "$machine" -ne 0 ] || return 0
  for_a_while
  what="machine $machine cut off for $span s"
  "$machines" cut "$machine"
}
mend_link() { mend_power; }
happen_freeze() {
  choose 1
  what="nothing, as no rank runs"
  [ "$machine" -ne 0 ] || return 0
  for_a_while
  what="machine $machine frozen for $span s"
  touch "frozen-dpt-net$machine"
  signal STOP $(processes "$machine")
}
mend_freeze() {
  rm "frozen-dpt-net$machine"
  signal CONT $(processes "$machine")
}
happen_disk() {
  for_a_while
  what="disk full for $span s"
  cat /dev/zero >"$disk/fill" 2>/dev/null || true
}
mend_disk() { rm "$disk/fill"; }
# confine PROCESSORS: those of all machines.
confine() {
  local number pid
  for number in 1 2 3 4; do
    for pid in $(processes "$number"); do taskset -acp "$1" "$pid" >/dev/null 2>&1 || true; done
  done
}
happen_processors() {
  for_a_while
  what="half of the processors for $span s"
  local number
  for number in 1 2 3 4; do
    [ ! -e /run/dpt-net/dpt-net$number ] || mv /run/dpt-net/dpt-net$number own-$number
    echo "0-$((($(nproc) + 1) / 2 - 1))" >/run/dpt-net/dpt-net$number
  done
  confine "$(cat /run/dpt-net/dpt-net1)"
}
mend_processors() {
  local number
  for number in 1 2 3 4; do
    rm /run/dpt-net/dpt-net$number
    [ ! -e own-$number ] || mv own-$number /run/dpt-net/dpt-net$number
  done
  confine "0-$(($(nproc) - 1))"
}

# Seconds of a run of the shell, with a tenth.
now() {
  local text=${EPOCHREALTIME/[.,]/}
  echo $((text / 100000))
}
tenths() { echo "$(($1 / 10)).$(($1 % 10))"; }

# The kinds in random order, each once; then again.
deck=()
draw() {
  local place
  [ ${#deck[@]} -gt 0 ] || deck=("${kinds[@]}")
  place=$((RANDOM % ${#deck[@]}))
  kind=${deck[$place]}
  unset "deck[$place]"
  deck=("${deck[@]}")
}

# The newest step that is written down.
newest() { tail -c 4000 "$1/metrics.jsonl" 2>/dev/null | grep -o '"step":[0-9]*' | tail -n 1 | cut -d : -f 2 || true; }
place() { grep -o 'attempt [0-9]*, .*, with [0-9]* ranks\?' "$1.out" | tail -n 1 | sed -E 's/(attempt [0-9]*).*, with/\1,/' || true; }

# tell IS_ON: writes the line of the last event, and whether training has gone on after it.
tell() {
  local on
  [ -n "$what" ] || return 0
  if [ "$back" -eq 0 ]; then on="no pause"; else on="on after $(tenths "$back") s"; fi
  [ "$1" -eq 1 ] || on="not on after $every s"
  printf '%3d:%02d  %-40s  %-20s  step %s, %s\n' $((event / 600)) $((event / 10 % 60)) "$what" "$on" "$top" "$(place "$name")" |
    sed 's/, $//'
  case $kind in
    rank | launcher | machine)
      if [ $was_on -eq 1 ] && { [ "$1" -eq 0 ] || [ "$back" -gt $((300 + 10 * checkpoint_seconds)) ]; }; then
        fail "training did not go on within 30 s and the work of a checkpoint"
      fi
      ;;
  esac
  what=
}

# rehearse NAME: the training of that recipe, disturbed.
rehearse() {
  name=$1
  local -n words=$1
  local run=$disk/$1 start job step seen due status=0 time
  "$program" launch hosts "${words[@]}" --ranks-per-node 1 | sed 's/--stall-abort 600/--stall-warning 5 --stall-abort 25/' >"$1.sh"
  grep -q -- '--stall-abort 25' "$1.sh" || fail "the script of launch hosts has no --stall-abort 600"
  say "$name: training on four machines; times are minutes of it"
  start=$(now)
  DPTRAIN_RUN=$run "$machines" on 1 bash "$1.sh" hosts >"$1.out" 2>&1 &
  job=$!
  top=-1 seen=0 what='' mend='' due=$((10 * every)) event=0 back=0
  while kill -0 $job 2>/dev/null; do
    time=$(($(now) - start))
    step=$(newest "$run")
    if [ "${step:--1}" -gt "$top" ]; then
      # Steps are written down twice a second.
      [ $((time - seen)) -lt 20 ] || back=$((time - event))
      top=$step seen=$time
    fi
    if [ -n "$mend" ] && [ $time -ge "$mend" ]; then
      "mend_$kind"
      mend=
    fi
    if [ $time -ge $due ]; then
      tell $((time - seen < 20))
      was_on=$((time - seen < 20))
      draw
      event=$time span=0 back=0
      "happen_$kind"
      [ $span -eq 0 ] || mend=$((time + 10 * span))
      due=$((due + 10 * every))
    fi
    [ $time -lt $((minutes * 600)) ] || fail "$name: not done after $minutes minutes"
    sleep 0.2
  done
  [ -z "$mend" ] || "mend_$kind"
  wait $job || status=$?
  tell 1
  [ $status -eq 0 ] || fail "$name: the script ended with $status: $(tail -n 5 "$name.out")"
  say "$name: done after $((time / 600)) min $((time / 10 % 60)) s, $(grep -c '"event":"start"' "$run/history.jsonl") starts"
  [ "$(hash_of "$run")" = "$(hash_of "alone-$name")" ] || fail "$name: other weights, $(hash_of "$run")"
  say "$name: the same weights, $(hash_of "$run")"
  rm -r "$run"
}
rehearse cnn
rehearse lstm
say "passed"
