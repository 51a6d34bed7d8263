#!/usr/bin/env bash
# Do the files of a release work on bare systems, with the same bits?
#
#     Tests/Cluster/release.sh FOLDER
#
# FOLDER has the files of launch/release. Makes bare systems of Debian in a temporary folder by debootstrap, one for each MPI. There
# apt-get installs the package with its MPI, and the program trains on one and on two ranks, reads images, HDF5 and NumPy files, and
# is removed. Then the tarball does the same. All weights must be those of .build/release/dp-train here. Needs root and
# Debian's mirror. DPTRAIN_SYSTEMS (default: bookworm trixie) names the systems; DPTRAIN_MPIS (default: openmpi mpich) the MPIs.
# Takes about four minutes and 1 GB for each system.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# -eq 1 ] && [ -e "$1/SHA256SUMS" ] || { echo "usage: Tests/Cluster/release.sh FOLDER, with the files of launch/release" >&2 && exit 64; }
release=$(cd "$1" && pwd)
[ "$(id -u)" -eq 0 ] || skip "only root can make systems in folders"
need debootstrap debootstrap
unshare --mount --pid --fork true 2>/dev/null || skip "systems in folders cannot be started here"

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
cd "$folder"
(cd "$release" && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS"

# Samples of every library that is linked in: images of each kind in two classes, and arrays.
mkdir -p samples/images/{a,b}
for name in colour.{jpg,png,tif,webp} {jpeg,lzw}.tif; do cp "$home/Tests/Reference/images/$name" samples/images/a; done
for name in grey.{jpg,png,tif} lossless.webp; do cp "$home/Tests/Reference/images/$name" samples/images/b; done
cp "$home/Tests/FormatsTests/Fixtures/types.h5" "$home/Tests/Reference/lstm.npz" samples
cat >samples/images.yaml <<'YAML'
data: {source: image-folder, folder: images, train: ., damaged: fail, transforms: [{resize: {size: [16, 16]}}]}
batch: 8
epochs: 2
model: {layers: [conv2d: {outputs: 4, kernel: 3}, global-average-pool, linear: {outputs: 2}]}
YAML
cat >samples/hdf5.yaml <<'YAML'
data: {source: hdf5, train: types.h5, x: packed/f4-big, y: packed/f4-big}
batch: 4
shards: 2
epochs: 2
model: {layers: [linear: {outputs: 3}]}
loss: mse
YAML
cat >samples/numpy.yaml <<'YAML'
data: {source: numpy, train: lstm.npz}
batch: 8
shards: 2
epochs: 2
model: {layers: [flatten, linear: {outputs: 4}]}
YAML

cat >trial <<'TRIAL'
# trial PROGRAM FOLDER: trains on one rank, on two, and with files; prints the sums of the weights.
set -euo pipefail
program=$1
mkdir -p "$2"
cd /samples
mapfile -t launcher < <("$program" launcher --ranks 2)
"$program" train RECIPE --out "$2/one"
"${launcher[@]}" "$program" train RECIPE --out "$2/two"
for recipe in images hdf5 numpy; do "$program" train $recipe.yaml --out "$2/$recipe"; done
TRIAL
sed -i "s/RECIPE/${recipe[*]}/" trial
sums() { (cd "$1" && sha256sum {one,two,images,hdf5,numpy}/weights.safetensors); }

# within SYSTEM COMMAND...: runs it as on a machine of its own, with this one's devices and network.
within() {
  local system=$1
  shift
  unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' \
    "$system" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive DPTRAIN_OVERSUBSCRIBE=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "$@"
}
# try SYSTEM WHAT COMMAND...
try() {
  local system=$1 what=$2
  shift 2
  within "$system" "$@" >out 2>&1 || { tail -n 30 out && fail "$what"; }
}

say "training here"
cp -r samples expected
(cd expected && sed 's|/samples|.|; s|^mapfile.*|launcher=()|' ../trial | bash -s "$program" "$PWD") >out 2>&1 || { tail -n 30 out && fail "here"; }
sums expected >expected.sums
for system in ${DPTRAIN_SYSTEMS:-bookworm trixie}; do
  say "$system: making a bare system"
  debootstrap --variant=minbase "$system" "base" http://deb.debian.org/debian >out 2>&1 || { tail -n 3 out && skip "debootstrap could not make $system"; }
  printf '127.0.0.1 localhost %s\n' "$(hostname)" >base/etc/hosts
  cp trial base
  cp -r samples base
  for mpi in ${DPTRAIN_MPIS:-openmpi mpich}; do
    place=$system-$mpi
    cp -a base "$place"
    cp "$release"/dp-train-"$mpi"_*.deb "$place/package.deb"
    try "$place" "$place: installation" sh -c 'apt-get -q update && apt-get -q install -y --no-install-recommends /package.deb'
    ! within "$place" sh -c 'command -v swift' >/dev/null || fail "$place: there is Swift"
    try "$place" "$place: the package's version" dp-train --version
    say "$place: $(sed -n 's/^MPI: *//p' out), glibc $(within "$place" getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)"
    try "$place" "$place: the package's files" sh -c 'test -s /usr/share/man/man1/dp-train.1.gz &&
      bash -c ". /usr/share/bash-completion/completions/dp-train && complete -p dp-train" && test -s /usr/share/doc/dp-train-*/copyright'
    try "$place" "$place: training by the package" bash /trial /usr/bin/dp-train /package
    sums "$place/package" | diff - expected.sums || fail "$place: the package's weights differ"
    try "$place" "$place: removal" sh -c 'dpkg -r dp-train-'"$mpi"' && ! ls -d /usr/bin/dp-train /usr/*/dp-train* /usr/share/doc/dp-train* 2>/dev/null'
    say "$place: the package trains on one rank and on two, and reads files, with the same weights; it is removed without a trace"

    tar -xzf "$release"/dp-train-*-"$mpi"-linux-*.tar.gz -C "$place/opt" --one-top-level=anywhere --strip-components=1
    try "$place" "$place: training by the tarball" bash /trial /opt/anywhere/bin/dp-train /tarball
    sums "$place/tarball" | diff - expected.sums || fail "$place: the tarball's weights differ"
    try "$place" "$place: the tarball's launch/train" /opt/anywhere/launch/train --ranks 2 "${recipe[@]}" --out /launched
    [ "$(hash_of "$place/launched")" = "$(hash_of expected/one)" ] || fail "$place: the weights of launch/train differ"
    say "$place: the tarball and its launch/train likewise"
    rm -rf --one-file-system "$place"
  done
  rm -rf --one-file-system base
done
say "passed"
