"""Times the loading of samples on one core: dp-train's sources beside PyTorch's DataLoader on the same files.

python3 loading.py [--program .build/release/dp-train] [--images FOLDER] [--rounds 3]

FOLDER has CLASS/*.jpg; without it, pictures are made. Needs torch, torchvision, h5py and webdataset. Prints samples a second
of processor time. dp-train's are of the difference of two trainings of a network that computes almost nothing, one four epochs
longer; its images are not cached. PyTorch's are of one epoch of a DataLoader without workers, after another one. Each round
measures both, one after the other; the medians count.
"""
import argparse
import csv
import io
import os
import resource
import statistics
import subprocess
import tarfile
import tempfile
import time

import h5py
import numpy as np
import torch
import webdataset
from PIL import Image
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torchvision import datasets, transforms

BATCH, ARRAYS, SIZE = 32, 3000, 96
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
    y = random.integers(0, 2, ARRAYS).astype(np.int64)
    for name, x in (("float", random.random((ARRAYS, SIZE, SIZE, 3), dtype=np.float32)),
                    ("byte", random.integers(0, 256, (ARRAYS, SIZE, SIZE, 3), dtype=np.uint8))):
        os.makedirs(f"{folder}/{name}")
        np.save(f"{folder}/{name}/x.npy", x)
        np.save(f"{folder}/{name}/y.npy", y)
        np.savez(f"{folder}/{name}.npz", x=x, y=y)
        with h5py.File(f"{folder}/{name}.h5", "w") as file:
            file.create_dataset("x", data=x, chunks=(1, SIZE, SIZE, 3), compression="gzip" if name == "byte" else None)
            file["y"] = y
    return len(files)


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


def processor_time(folder, program, data, epochs):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [program, "train", "bench.yaml", f"data={data}", f"epochs={epochs}", "--out", f"run-{time.monotonic_ns()}"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def our_rate(folder, program, data, count):
    return 4 * count / (processor_time(folder, program, data, 6) - processor_time(folder, program, data, 2))


def their_rate(data):
    sampler = None if isinstance(data, torch.utils.data.IterableDataset) else RandomSampler(data)
    loader = DataLoader(data, batch_size=BATCH, sampler=sampler)
    for _ in loader:
        pass
    start, count = time.process_time(), 0
    for x, _ in loader:
        count += len(x)
    return count / (time.process_time() - start)


parser = argparse.ArgumentParser()
parser.add_argument("--program", default=".build/release/dp-train")
parser.add_argument("--images")
parser.add_argument("--rounds", type=int, default=3)
arguments = parser.parse_args()
program = os.path.abspath(arguments.program)
torch.set_num_threads(1)
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
with tempfile.TemporaryDirectory() as folder:
    images = os.path.abspath(arguments.images or f"{folder}/images")
    if not arguments.images:
        make_images(images)
    count = write_files(folder, images)
    with open(f"{folder}/bench.yaml", "w") as file:
        file.write(f"batch: {BATCH}\ndata: {{source: numpy, train: float}}\ncheckpoint: {{epochs: 0, minutes: none}}\n"
                   "record: {histograms: 0, images: 0}\nevaluate: {every: 0}\n"
                   "model: {layers: [global-average-pool, linear: 2]}\n")
    keys = f"cache: 0, threads: 1, transforms: {OURS}"

    def arrays(name, hdf5=False):
        if hdf5:
            file = h5py.File(f"{folder}/{name}.h5")
            return Arrays(file["x"], file["y"][:])
        return Arrays(np.load(f"{folder}/{name}/x.npy", mmap_mode="r"), np.load(f"{folder}/{name}/y.npy"))

    rows = [
        ("`image-folder`, JPEG", f"{{source: image-folder, folder: {images}, {keys}}}", "torchvision ImageFolder", count,
         lambda: datasets.ImageFolder(images, THEIRS)),
        ("`image-list`, JPEG", f"{{source: image-list, train: list.csv, {keys}}}", "a Dataset of paths", count,
         lambda: Listed(f"{folder}/list.csv")),
        ("`tar`, JPEG", f'{{source: tar, train: "shard-{{0..3}}.tar", {keys}}}', "webdataset", count,
         lambda: shards(folder)),
        ("`numpy`, .npy, float32", "{source: numpy, train: float}", "a memory map", ARRAYS, lambda: arrays("float")),
        ("`numpy`, .npy, uint8", "{source: numpy, train: byte}", "a memory map", ARRAYS, lambda: arrays("byte")),
        ("`numpy`, .npz, float32", "{source: numpy, train: float.npz}", "a memory map of .npy", ARRAYS,
         lambda: arrays("float")),
        ("`hdf5`, chunks of a sample, float32", "{source: hdf5, train: float.h5}", "h5py", ARRAYS,
         lambda: arrays("float", hdf5=True)),
        ("`hdf5`, gzip, uint8", "{source: hdf5, train: byte.h5}", "h5py", ARRAYS, lambda: arrays("byte", hdf5=True)),
    ]
    print("| source | PyTorch's DataLoader with | dp-train, samples/s | PyTorch, samples/s | ratio |\n|---|---|---|---|---|")
    for name, data, peer, samples, make in rows:
        dataset = make()
        pairs = [(our_rate(folder, program, data, samples), their_rate(dataset)) for _ in range(arguments.rounds)]
        ours, theirs = (statistics.median(values) for values in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {name} | {peer} | {ours:,.0f} | {theirs:,.0f} | {ratio:.2f} |", flush=True)
