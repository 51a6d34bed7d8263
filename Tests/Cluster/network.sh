#!/usr/bin/env bash
# Does training on two machines give the same bits over a slow network? Does `dp-train plan` measure the network and forecast
# the step's time?
#
#     Tests/Cluster/network.sh
#
# The machines are pretended by Benchmarks/network/machines, joined by 1 Gbit/s. Needs root; installs iproute2 with apt-get
# if it is missing. Takes about a minute; other work on the machine makes the forecast wrong.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make network namespaces"
need ip iproute2
command -v mpirun >/dev/null || skip "there is no mpirun"
[ "$(nproc)" -ge 2 ] || skip "two machines need two processors"

machines=$home/Benchmarks/network/machines
folder=$(mktemp -d)
trap '"$machines" down; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
cd "$folder"
[ ! -e /run/dpt-net ] || skip "there are pretended machines already"
"$machines" up 2 --rate 1gbit || skip "machines cannot be pretended here"
value() { sed -E "s/.*\"$1\":([0-9.e+-]+).*/\1/" <<<"$2"; }
holds() { awk "BEGIN { exit !($1) }"; }

# Gradients of 0.4 MB.
recipe=(temporal-order data.level=moderate data.testSize=64 model.layers.0.lstm.hiddenSize=150)
"$program" train "${recipe[@]}" steps=40 --out alone >alone.out 2>&1 || fail "the training alone: $(tail -3 alone.out)"
"$machines" mpirun 1 -- "$program" train "${recipe[@]}" steps=40 --out "$folder/both" >both.out 2>&1 ||
  fail "the training on two machines: $(tail -3 both.out)"
[ "$(hash_of alone)" = "$(hash_of both)" ] || fail "two machines: other weights"
say "two machines over 1 Gbit/s: the same weights"

plan=$("$machines" mpirun 1 -- "$program" plan "${recipe[@]}" --nodes 2 --ranks-per-node 1 --json) ||
  fail "plan on two machines"
grep -q '"networkOrigin":"measured between 2 machines"' <<<"$plan" || fail "the network was not measured: $plan"
rate=$(value gbitPerSecond "$plan")
# The rate of an exchange of buckets, in both directions at once.
holds "$rate > 0.5 && $rate < 1.2" || fail "the network's 1 Gbit/s were measured as $rate"
say "measured: $rate Gbit/s, $(value latencyMicroseconds "$plan") µs"

forecast=$(value msPerStep "${plan#*forecasts}")
measured=$(value msPerStep "$("$machines" mpirun 1 -- "$program" benchmark "${recipe[@]}" --seconds 3 --json)")
say "a step: $forecast ms forecast, $measured ms measured"
holds "$forecast < 1.4 * $measured && $measured < 1.4 * $forecast" || fail "the forecast is far off"
say "passed"
