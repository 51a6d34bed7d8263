"""Fine-tunes a ResNet-18 on new digits with few samples, in dp-train and in PyTorch, against training from scratch.

    python3 Benchmarks/finetune.py --folder data/mnist [--program .build/release/dp-train] [--seeds 5]

A ResNet-18 (`stem: cifar`, width 16) learns MNIST's digits 0 to 4 from 10,000 samples. Then it learns 5 to 9 from 200 samples, 40 of
each: with these weights and a new last layer, which learns alone for 10 of 30 epochs, then all layers, the others at a tenth of the
rate; and from scratch with the same numbers. All numbers were set before the first try. PyTorch does the same from the same weights,
on the same samples, on one thread. Seconds are those of training on one core, without reading data and evaluations. Needs torch,
numpy and safetensors.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile
import time

import numpy
import torch
from safetensors.torch import load_file
from torch import nn

EPOCHS, FROZEN, BATCH, RATE = 30, 10, 20, 0.02


def read(folder, part):
    def array(name, header):
        data = gzip.decompress((folder / name).read_bytes())
        return numpy.frombuffer(data, numpy.uint8, offset=header)

    labels = array(f"{part}-labels-idx1-ubyte.gz", 8)
    images = array(f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1)
    return (images.astype(numpy.float32) / 255 - 0.1307) / 0.3081, labels


def prepare(folder, out):
    images, labels = read(folder, "train")
    old = numpy.flatnonzero(labels < 5)[:10000]
    new = numpy.concatenate([numpy.flatnonzero(labels == digit)[:40] for digit in range(5, 10)])
    numpy.savez(out / "old.npz", x=images[old], y=labels[old].astype(numpy.int32))
    numpy.savez(out / "new.npz", x=images[new], y=labels[new].astype(numpy.int32) - 5)
    images, labels = read(folder, "t10k")
    numpy.savez(out / "test.npz", x=images[labels >= 5], y=labels[labels >= 5].astype(numpy.int32) - 5)


RECIPE = """
batch: {batch}
shards: 4
epochs: {epochs}
data: {{source: numpy, train: {train}, test: {test}}}
model: {{network: {{name: resnet18, stem: cifar, width: 16}}}}
optimizer: {{name: sgd, momentum: 0.9, learningRate: {rate}, weightDecay: 5.0e-4}}
schedule: cosine
evaluate: {{every: 0}}
"""


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (self.downsample(x) if hasattr(self, "downsample") else x)).relu()


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        for stage, (inputs, outputs) in enumerate([(16, 16), (16, 32), (32, 64), (64, 128)]):
            first = Block(inputs, outputs, 2 if stage else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(first, Block(outputs, outputs, 1)))
        self.fc = nn.Linear(128, 5)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def in_pytorch(out, seed, weights):
    """Test accuracy and seconds."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)

    def samples(name):
        file = numpy.load(out / name)
        return torch.from_numpy(file["x"]).permute(0, 3, 1, 2), torch.from_numpy(file["y"]).long()

    x, y = samples("new.npz")
    model = ResNet()
    if weights:
        state = {key: value for key, value in load_file(weights).items() if not key.startswith("fc.")}
        model.load_state_dict(state, strict=False)
    others = [value for key, value in model.named_parameters() if not key.startswith("fc.")]
    groups = [{"params": model.fc.parameters()}, {"params": others, "lr": RATE * (0.1 if weights else 1)}]
    optimizer = torch.optim.SGD(groups, lr=RATE, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * len(x) // BATCH)
    start = time.process_time()
    for epoch in range(EPOCHS):
        frozen = bool(weights) and epoch < FROZEN
        model.train()
        for value in others:
            value.requires_grad_(not frozen)
        if frozen:
            for module in model.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        order = torch.randperm(len(x))
        for batch in order.split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    seconds = time.process_time() - start
    model.eval()
    x, y = samples("test.npz")
    with torch.no_grad():
        right = sum((model(a).argmax(1) == b).sum().item() for a, b in zip(x.split(500), y.split(500)))
    return 100 * right / len(x), seconds


def in_dp_train(program, out, name, seed, keys):
    """Test accuracy and seconds."""
    run = out / f"{name}-{seed}"
    subprocess.run(
        [program, "train", out / "new.yaml", f"seed={seed}", "--out", run, *keys], check=True, stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    accuracy = [line["accuracy"] for line in lines if line["event"] == "evaluation"][-1]
    return 100 * accuracy, sum(line["computeSeconds"] for line in lines if line["event"] == "step")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--program", default=".build/release/dp-train")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        prepare(options.folder, out)
        old = RECIPE.format(batch=64, epochs=3, train=out / "old.npz", test="none", rate=0.05)
        new = RECIPE.format(batch=BATCH, epochs=EPOCHS, train=out / "new.npz", test=out / "test.npz", rate=RATE)
        (out / "old.yaml").write_text(old)
        (out / "new.yaml").write_text(new)
        subprocess.run([options.program, "train", out / "old.yaml", "--out", out / "old"], check=True)
        weights = out / "old/weights.safetensors"
        tuned = [
            f"model.weights={{file: {weights}, except: [fc]}}",
            "model.freeze=[conv1, bn1, layer1, layer2, layer3, layer4]", f"model.unfreeze={FROZEN} epochs",
            "optimizer.groups=[{match: fc}, {match: '*', learningRate: x0.1}]",
        ]
        print("| seed | dp-train, tuned | dp-train, from scratch | PyTorch, tuned | PyTorch, from scratch |")
        print("|---|---|---|---|---|")
        for seed in range(1, options.seeds + 1):
            cells = [
                in_dp_train(options.program, out, "tuned", seed, tuned),
                in_dp_train(options.program, out, "scratch", seed, []),
                in_pytorch(out, seed, weights),
                in_pytorch(out, seed, None),
            ]
            texts = [f"{accuracy:.1f} %, {seconds:.1f} s" for accuracy, seconds in cells]
            print(f"| {seed} | {' | '.join(texts)} |", flush=True)


if __name__ == "__main__":
    main()
