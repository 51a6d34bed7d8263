"""Trains the recurrent network of PyTorch's tutorial on surnames, for comparison with the recipe `names`.

    python3 Benchmarks/names_rnn.py --folder data/names --seconds 30 [--draw class|name] [--seed 1]

A plain recurrent network with hidden size 128; letters are one-hot vectors of 57 ASCII characters. SGD with learning rate
0.005, one name per step. As in the recipe, a tenth of the names are held out, and names that a file repeats count once.
`--draw class` draws a language, then one of its names, as the tutorial does; `--draw name` draws from all names. The seconds
are processor time, so that other programs on the machine do not count. Needs torch.
"""

import argparse
import pathlib
import random
import string
import time
import unicodedata

import torch
from torch import nn

LETTERS = string.ascii_letters + " .,;'"


class RNN(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(inputs + hidden, hidden)
        self.i2o = nn.Linear(inputs + hidden, outputs)

    def forward(self, name):
        state = torch.zeros(1, self.hidden)
        for letter in name:
            joined = torch.cat((letter, state), 1)
            state, output = self.i2h(joined), self.i2o(joined)
        return torch.log_softmax(output, dim=1)


def plain(name):
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn" and c in LETTERS)


def encoded(name):
    rows = torch.zeros(len(name), 1, len(LETTERS))
    for step, letter in enumerate(name):
        rows[step, 0, LETTERS.index(letter)] = 1
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--draw", choices=["class", "name"], default="class")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    draw = random.Random(options.seed)

    samples = []
    files = sorted(pathlib.Path(options.folder).glob("*.txt"))
    for index, file in enumerate(files):
        lines = dict.fromkeys(line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        samples += [(plain(line), index) for line in lines if plain(line)]
    draw.shuffle(samples)
    held = round(len(samples) / 10)
    test, training = samples[:held], samples[held:]
    classes = [[name for name, index in training if index == wanted] for wanted in range(len(files))]

    model = RNN(len(LETTERS), 128, len(files))
    loss = nn.NLLLoss()
    steps, start = 0, time.process_time()
    while time.process_time() - start < options.seconds:
        if options.draw == "class":
            index = draw.randrange(len(files))
            name = draw.choice(classes[index])
        else:
            name, index = draw.choice(training)
        model.zero_grad()
        loss(model(encoded(name)), torch.tensor([index])).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(parameter.grad, alpha=-0.005)
        steps += 1
    seconds = time.process_time() - start
    with torch.no_grad():
        right = sum(int(model(encoded(name)).argmax()) == index for name, index in test)
    print(f"{steps:,} steps in {seconds:.1f} s, test accuracy {right / held:.1%} on {held:,} names")


if __name__ == "__main__":
    main()
