"""A recipe's training in PyTorch: the loop, the loss and the evaluations, as the recipe's documentation describes them."""

import dataclasses
import math

import torch
import torch.nn.functional as F
from network import Network, Pass, changed, is_buffer, rows_of
from rates import Rates
from updates import clip, make_optimizer, shorten


@dataclasses.dataclass
class Sums:
    """Sums over rows: of losses, of their divisors, and of comparisons between outputs and targets."""

    loss: object = 0.0
    weight: float = 0.0
    right: int = 0
    count: int = 0
    # The margin of each decision between right and wrong.
    margins: list = dataclasses.field(default_factory=list)
    largest: float = 0.0

    def __add__(self, other):
        return Sums(
            self.loss + other.loss, self.weight + other.weight, self.right + other.right, self.count + other.count,
            self.margins + other.margins, max(self.largest, other.largest))

    def means(self):
        """The reported means."""
        loss = float(self.loss) / self.weight
        if self.count == 0:
            return {"loss": loss}
        return {
            "loss": loss, "accuracy": self.right / self.count, "count": self.count, "margins": self.margins,
            "largest": self.largest}


class Loss:
    """The loss of a resolved recipe."""

    def __init__(self, keys):
        self.keys = keys
        self.kind = keys["name"]

    def sums(self, outputs, samples, start, end):
        """The sums over the rows of outputs for the samples from `start` up to `end`."""
        rows = rows_of(outputs)
        targets = samples.targets(start, end, outputs)
        if self.kind in ("cross-entropy", "focal"):
            return self.class_sums(rows, targets.flatten().long())
        targets = targets.reshape(rows.shape).to(rows.dtype)
        parts = {
            "binary-cross-entropy": self.events, "binary-focal": self.focal_events, "mse": F.mse_loss, "l1": F.l1_loss,
            "huber": lambda *a, **k: F.huber_loss(*a, delta=self.keys["delta"], **k),
            "smooth-l1": lambda *a, **k: F.smooth_l1_loss(*a, beta=self.keys["beta"], **k),
        }
        result = Sums(parts[self.kind](rows, targets, reduction="sum"), rows.numel())
        if self.kind.startswith("binary-"):
            result.right = int(((rows > 0) == (targets > 0.5)).sum())
            result.count = rows.numel()
            result.margins = rows.detach().abs().flatten().tolist()
            result.largest = rows.detach().abs().max().item()
        return result

    def events(self, rows, targets, reduction):
        weights = self.keys["positiveWeights"]
        return F.binary_cross_entropy_with_logits(
            rows, targets, reduction=reduction,
            pos_weight=None if weights is None else torch.tensor(weights, dtype=rows.dtype))

    def focal_events(self, rows, targets, reduction):
        """torchvision's sigmoid_focal_loss; 1 - p of the target is computed without cancellation."""
        loss = F.binary_cross_entropy_with_logits(rows, targets, reduction="none")
        wrong = torch.sigmoid(rows) * (1 - targets) + torch.sigmoid(-rows) * targets
        alpha = self.keys["alpha"]
        factor = 1 if alpha is None else alpha * targets + (1 - alpha) * (1 - targets)
        return (factor * wrong ** self.keys["gamma"] * loss).sum()

    def class_sums(self, rows, targets):
        ignored = self.keys["ignoreIndex"]
        weights = self.keys["classWeights"]
        weights = None if weights is None else torch.tensor(weights, dtype=rows.dtype)
        counts = torch.ones_like(targets, dtype=torch.bool) if ignored is None else targets != ignored
        rows, targets = rows[counts], targets[counts]
        if self.kind == "focal":
            losses = F.cross_entropy(rows, targets, reduction="none")
            factor = 1 if weights is None else weights[targets]
            loss = (factor * (-torch.expm1(-losses)) ** self.keys["gamma"] * losses).sum()
        else:
            loss = F.cross_entropy(
                rows, targets, weights, reduction="sum", label_smoothing=self.keys["labelSmoothing"])
        rows = rows.detach()
        weight = len(targets) if weights is None else weights[targets].sum().item()
        first, second = rows.topk(2).values.unbind(-1)
        return Sums(
            loss, weight, int((rows.argmax(-1) == targets).sum()), len(targets), (first - second).tolist(),
            rows.abs().max().item() if len(rows) else 0.0)


class Replay:
    """A training: the records of its steps, epochs and evaluations, and its final tensors."""

    def __init__(self, recipe, splits, initial, dtype, noise=None):
        """`noise` changes the initial parameters, and gradients between layers, by a unit in the last place of float32."""
        self.noise = noise
        self.recipe, self.splits, self.dtype = recipe, splits, dtype
        self.training = splits["training"]
        self.loss = Loss(recipe["loss"])
        self.network = self.network_for(self.training)
        self.tensors = {}
        for name, value in initial.items():
            value = value.clone() if name.endswith("num_batches_tracked") else value.to(dtype, copy=True)
            if noise is not None and not is_buffer(name):
                value = changed(value, noise)
            self.tensors[name] = value if is_buffer(name) else value.requires_grad_()
        self.parameters = {name: value for name, value in self.tensors.items() if not is_buffer(name)}
        # Of the parameters and of the running values.
        self.average = {
            name: value.detach().clone() for name, value in self.tensors.items() if value.is_floating_point()}
        self.rates = Rates(recipe, len(self.training))
        self.optimizer = make_optimizer(recipe["optimizer"], list(self.parameters.values()))
        self.steps, self.epochs, self.evaluations = [], [], []

    def network_for(self, samples):
        return Network(self.recipe["model"]["layers"], samples.shape)

    @property
    def final(self):
        """The contents of the weights file."""
        found = {name: value.detach() for name, value in self.tensors.items()}
        return found | self.average if self.recipe["ema"] else found

    def run(self):
        recipe, count = self.recipe, len(self.training)
        per_step = recipe["batch"] * recipe["accumulate"]
        for epoch in range(1, recipe["epochs"] + 1):
            states, first = {}, len(self.steps)
            for start in range(0, count, per_step):
                if len(self.steps) == self.rates.total:
                    break
                self.step(start, min(start + per_step, count), states)
            if len(self.steps) == first:
                break
            self.end_epoch(epoch, self.steps[first:])
            if len(self.steps) == self.rates.total:
                break
        if self.monitored and not (self.evaluations and self.evaluations[-1]["step"] == len(self.steps)):
            self.evaluate(self.monitored)
            self.epochs[-1]["evaluation"] = self.evaluations[-1]
        if self.monitored == "validation" and "test" in self.splits:
            self.evaluate("test")
        return self

    @property
    def monitored(self):
        return next((split for split in ("validation", "test") if split in self.splits), None)

    def step(self, start, end, states):
        """One update from the samples from `start` up to `end`."""
        batch, sums = self.recipe["batch"], Sums()
        self.optimizer.zero_grad()
        run = Pass(True, self.recipe["shards"], states, self.noise)
        for first in range(start, end, batch):
            last = min(first + batch, end)
            outputs = self.network(self.training.inputs(first, last, self.dtype), self.tensors, run)
            part = self.loss.sums(outputs, self.training, first, last)
            part.loss.backward()
            part.loss = part.loss.item()
            sums = sums + part
        parameters = list(self.parameters.values())
        for value in parameters:
            value.grad = torch.zeros_like(value) if value.grad is None else value.grad / sums.weight
        norm = math.sqrt(sum(value.grad.square().sum().item() for value in parameters))
        rate = self.rates.rate(len(self.steps))
        if self.recipe["outliers"]:
            shorten(self.recipe["outliers"], parameters, norm, [step["gradientNorm"] for step in self.steps])
        clip(self.recipe["optimizer"], parameters)
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        if self.recipe["ema"] and len(self.steps) % self.recipe["ema"]["every"] == 0:
            kept, count = self.recipe["ema"]["decay"], len(self.steps) // self.recipe["ema"]["every"]
            if self.recipe["ema"]["warmup"]:
                kept = min(kept, (1 + count) / (10 + count))
            for name, value in self.average.items():
                value += (1 - kept) * (self.tensors[name].detach() - value)
        self.steps.append(
            sums.means() | {"gradientNorm": norm, "learningRate": rate, "samples": end - start})

    def end_epoch(self, epoch, steps):
        samples = sum(step["samples"] for step in steps)
        row = {
            "epoch": epoch, "step": len(self.steps), "samples": samples, "learningRate": steps[-1]["learningRate"],
            "trainingLoss": sum(step["loss"] * step["samples"] for step in steps) / samples}
        if "accuracy" in steps[0]:
            row["trainingAccuracy"] = sum(step["accuracy"] * step["samples"] for step in steps) / samples
        self.epochs.append(row)
        if samples < len(self.training):
            return
        every = self.recipe["evaluate"]["every"]
        if self.monitored and every and epoch % every == 0:
            row["evaluation"] = self.evaluate(self.monitored)
        # Test samples decide nothing.
        if "validation" not in self.splits or every == 0:
            self.rates.observe(row["trainingLoss"])
        elif epoch % every == 0:
            self.rates.observe(row["evaluation"]["loss"])

    def evaluate(self, split):
        samples = self.splits[split]
        sums = Sums()
        for start, end, outputs in self.outputs(samples, self.final, self.recipe["batch"]):
            sums = sums + self.loss.sums(outputs, samples, start, end)
        found = sums.means() | {"split": split, "step": len(self.steps), "samples": len(samples)}
        self.evaluations.append(found)
        return found

    def outputs(self, samples, tensors, batch):
        """The outputs for all samples in evaluation, batch by batch."""
        network, run = self.network_for(samples), Pass(False)
        with torch.no_grad():
            for start in range(0, len(samples), batch):
                end = min(start + batch, len(samples))
                yield start, end, network(samples.inputs(start, end, self.dtype), tensors, run)
