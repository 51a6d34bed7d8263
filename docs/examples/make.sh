#!/usr/bin/env bash
# Makes this folder's page and the figures of docs/theory.md that the program draws, from new trainings: under a minute.
# The program is dp-train, or what DP_TRAIN names.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$(realpath "${DP_TRAIN:-.build/release/dp-train}")
docs=$PWD/docs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for recipe in temporal-order-spikes temporal-order-no-spikes; do "$program" train "$recipe" --out "$recipe"; done
"$program" report temporal-order-spikes temporal-order-no-spikes --detail 0.3 --figures spikes \
  --out "$docs/examples/spikes-before-and-after.html"
for run in spikes no-spikes; do
  cp "spikes/loss-with-its-spikes-temporal-order-$run.svg" "$docs/figures/loss-with-$run.svg"
done
cp spikes/loss-by-epoch.svg "$docs/figures/loss-by-epoch.svg"

for state in untrained trained; do
  mkdir $state
  length=$([ $state = trained ] || echo steps=0)
  for cell in gated rnn lstm gru; do
    "$program" train temporal-order-moderate model.cell=$cell $length --out $state/$cell
  done
  "$program" report $state/{gated,rnn,lstm,gru} --detail 0.5 --figures $state/figures --out $state/cells.html
  cp $state/figures/norm-of-h-t-all-runs.svg "$docs/figures/gradient-through-time-$state.svg"
done
