"""Times the loading of samples on one core: dp-train's sources beside PyTorch's DataLoader on the same files.

python3 loading.py [--program .build/release/dp-train] [--images FOLDER] [--rounds 3] [--only TEXT]

FOLDER has CLASS/*.jpg; without it, pictures are made. Needs torch, torchvision, h5py and webdataset. Prints samples a second
after the first epoch: dp-train's by `benchmark --loading`, with one thread and no images cached, PyTorch's of a DataLoader
without workers. Each round measures both, one after the other, on one core; the medians count. --only measures the sources whose name has TEXT.
"""
import argparse
import csv
import io
import json
import os
import statistics
import subprocess
import tarfile
import tempfile
import time
import warnings
from functools import partial

import h5py
import numpy as np
import torch
import webdataset
from PIL import Image
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torchvision import datasets, transforms

BATCH, SECONDS = 32, 4
# The shape of x, its type, and HDF5's compression.
ARRAYS = {
    "photos": ((3000, 96, 96, 3), np.float32, None), "bytes": ((3000, 96, 96, 3), np.uint8, "gzip"),
    "digits": ((20000, 28, 28, 1), np.uint8, "gzip"), "series": ((20000, 128, 9), np.float32, None),
}
CROP, MEAN, STD = 112, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
OURS = (f"[random-resized-crop: {{size: {CROP}, scale: [0.35, 1]}}, random-horizontal-flip, "
        f"normalize: {{mean: {MEAN}, std: {STD}}}]")
THEIRS = transforms.Compose([
    transforms.RandomResizedCrop(CROP, scale=(0.35, 1)), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
    transforms.Normalize(MEAN, STD)])


def make_images(folder):
    random = np.random.default_rng(1)
    for index in range(400):
        path = f"{folder}/class{index % 2}"
        os.makedirs(path, exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype=np.uint8))
        coarse.resize((500, 375), Image.BICUBIC).save(f"{path}/{index:04}.jpg", quality=90)


def write_files(folder, images):
    """Writes the images as a list and as shards, and arrays in three formats."""
    files = [(f"{images}/{name}/{file}", label) for label, name in enumerate(sorted(os.listdir(images)))
             for file in sorted(os.listdir(f"{images}/{name}"))]
    with open(f"{folder}/list.csv", "w", newline="") as file:
        csv.writer(file).writerows([("path", "label"), *files])
    order = np.random.default_rng(2).permutation(len(files))
    for shard, part in enumerate(np.array_split(order, 4)):
        with tarfile.open(f"{folder}/shard-{shard}.tar", "w") as tar:
            for index in part:
                path, label = files[index]
                for ending, data in (("jpg", open(path, "rb").read()), ("cls", str(label).encode())):
                    member = tarfile.TarInfo(f"{index:06}.{ending}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    random = np.random.default_rng(3)
    for name, (shape, kind, compression) in ARRAYS.items():
        x = random.integers(0, 256, shape).astype(kind) if kind == np.uint8 else random.random(shape, dtype=kind)
        y = random.integers(0, 2, len(x)).astype(np.int64)
        os.makedirs(f"{folder}/{name}")
        np.save(f"{folder}/{name}/x.npy", x)
        np.save(f"{folder}/{name}/y.npy", y)
        np.savez(f"{folder}/{name}.npz", x=x, y=y)
        with h5py.File(f"{folder}/{name}.h5", "w") as file:
            file.create_dataset("x", data=x, chunks=(1, *shape[1:]), compression=compression)
            file["y"] = y


class Arrays(Dataset):
    """Samples of arrays that are read one by one."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return torch.from_numpy(np.asarray(self.x[index], dtype=np.float32)), self.y[index]


class Listed(Dataset):
    """Images of a CSV file."""

    def __init__(self, path):
        with open(path, newline="") as file:
            self.rows = list(csv.reader(file))[1:]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        path, label = self.rows[index]
        return THEIRS(Image.open(path).convert("RGB")), int(label)


def shards(folder):
    return (webdataset.WebDataset(f"{folder}/shard-{{0..3}}.tar", shardshuffle=4).shuffle(500).decode("pil")
            .to_tuple("jpg", "cls").map_tuple(THEIRS, lambda label: label))


def our_rate(folder, program, data):
    arguments = [program, "benchmark", "bench.yaml", f"data={data}", "--loading", "--json", "--seconds", f"{SECONDS}"]
    line = subprocess.run(arguments, check=True, capture_output=True, text=True, cwd=folder).stdout
    return json.loads(line)["laterSamplesPerSecond"]


def their_rate(data):
    sampler = None if isinstance(data, torch.utils.data.IterableDataset) else RandomSampler(data)
    loader = DataLoader(data, batch_size=BATCH, sampler=sampler)
    for _ in loader:
        pass
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS / 2:
        for x, _ in loader:
            count += len(x)
    return count / (time.perf_counter() - start)


parser = argparse.ArgumentParser()
parser.add_argument("--program", default=".build/release/dp-train")
parser.add_argument("--images")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--only", default="")
arguments = parser.parse_args()
program = os.path.abspath(arguments.program)
# A map's bytes may not be written; collating copies them.
warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
torch.set_num_threads(1)
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
with tempfile.TemporaryDirectory() as folder:
    images = os.path.abspath(arguments.images or f"{folder}/images")
    if not arguments.images:
        make_images(images)
    write_files(folder, images)
    with open(f"{folder}/bench.yaml", "w") as file:
        file.write(f"batch: {BATCH}\ndata: {{source: numpy, train: photos}}\n"
                   "model: {layers: [flatten, linear: 2]}\n")
    keys = f"cache: 0, threads: 1, transforms: {OURS}, evaluationTransforms: [resize: {{size: [{CROP}, {CROP}]}}]"

    def stored(name):
        return Arrays(np.load(f"{folder}/{name}/x.npy", mmap_mode="r"), np.load(f"{folder}/{name}/y.npy"))

    def chunked(name):
        file = h5py.File(f"{folder}/{name}.h5")
        return Arrays(file["x"], file["y"][:])

    rows = [
        ("`image-folder`, JPEG", f"{{source: image-folder, folder: {images}, {keys}}}", "torchvision's ImageFolder",
         lambda: datasets.ImageFolder(images, THEIRS)),
        ("`image-list`, JPEG", f"{{source: image-list, train: list.csv, {keys}}}", "a Dataset of paths",
         lambda: Listed(f"{folder}/list.csv")),
        ("`tar`, JPEG", f'{{source: tar, train: "shard-{{0..3}}.tar", {keys}}}', "webdataset", lambda: shards(folder)),
    ]
    for name, (shape, kind, compression) in ARRAYS.items():
        text = f"{' × '.join(map(str, shape[1:]))}, {np.dtype(kind).name}"
        rows += [
            (f"`numpy`, .npy, {text}", f"{{source: numpy, train: {name}}}", "a memory map", partial(stored, name)),
            (f"`numpy`, .npz, {text}", f"{{source: numpy, train: {name}.npz}}", "a memory map of .npy",
             partial(stored, name)),
            (f"`hdf5`, chunks of a sample, {compression or 'not packed'}, {text}",
             f"{{source: hdf5, train: {name}.h5}}", "h5py", partial(chunked, name)),
        ]
    print("| source | PyTorch's DataLoader with | dp-train, samples/s | PyTorch, samples/s | ratio |\n|---|---|---|---|---|")
    for name, data, peer, make in (row for row in rows if arguments.only in row[0]):
        dataset = make()
        pairs = [(our_rate(folder, program, data), their_rate(dataset)) for _ in range(arguments.rounds)]
        ours, theirs = (statistics.median(values) for values in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {name} | {peer} | {ours:,.0f} | {theirs:,.0f} | {ratio:.2f} |", flush=True)
