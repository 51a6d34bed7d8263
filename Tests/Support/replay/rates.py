"""The learning rate of a recipe's steps, by the documented formulas."""

import math


def steps_in(span, per_epoch):
    """A span such as '500 steps' or '2.5 epochs' in steps."""
    number, _, unit = str(span).partition(" ")
    return math.floor(float(number) * per_epoch + 0.5) if unit.startswith("epoch") else int(number)


class Rates:
    """The learning rate of each step, counted from 0; `observe` passes a loss to a plateau schedule."""

    def __init__(self, recipe, samples):
        keys = self.keys = recipe["schedule"]
        per_step = recipe["batch"] * recipe["accumulate"]
        per_epoch = math.ceil(samples / per_step)
        self.total = recipe["epochs"] * per_epoch
        if recipe["steps"] is not None:
            self.total = min(self.total, recipe["steps"])
        self.base = recipe["optimizer"]["learningRate"]
        if keys["scaleWithBatch"] is not None:
            self.base *= per_step / keys["scaleWithBatch"]
        self.per_epoch = per_epoch
        self.warmup = steps_in(keys["warmup"], per_epoch)
        rest = max(1, self.total - self.warmup)
        length = keys.get("length")
        self.length = rest if length is None else max(1, steps_in(length, per_epoch))
        self.best, self.bad, self.falls = math.inf, 0, 0

    def rate(self, step):
        if step < self.warmup:
            start = self.keys["warmupStart"]
            if self.keys["warmupMethod"] == "constant":
                return start * self.scheduled(0)
            return (start + (1 - start) * step / self.warmup) * self.scheduled(0)
        return self.scheduled(step - self.warmup)

    def scheduled(self, step):
        keys, base = self.keys, self.base
        kind = keys["name"]
        share = min(step, self.length) / self.length
        if kind == "constant":
            return base
        if kind == "step":
            return base * keys["gamma"] ** (step // max(1, steps_in(keys["stepSize"], self.per_epoch)))
        if kind == "cosine":
            return keys["minimum"] + (base - keys["minimum"]) * (1 + math.cos(math.pi * share)) / 2
        if kind == "cosine-restarts":
            length = max(1, steps_in(keys["period"], self.per_epoch))
            while step >= length:
                step -= length
                length *= keys["multiplier"]
            return keys["minimum"] + (base - keys["minimum"]) * (1 + math.cos(math.pi * step / length)) / 2
        if kind == "polynomial":
            return keys["minimum"] + (base - keys["minimum"]) * (1 - share) ** keys["power"]
        if kind == "plateau":
            return max(base * keys["factor"] ** self.falls, min(keys["minimum"], base))
        # one-cycle, divided as in torch.optim.lr_scheduler.OneCycleLR
        start = base / keys["divisor"]
        end = start / keys["finalDivisor"]
        top, last = keys["rise"] * self.length - 1, self.length - 1
        step = min(step, last)
        if step < top:
            return base + (start - base) * (1 + math.cos(math.pi * step / top)) / 2
        fall = (step - top) / (last - top) if last > top else 0
        return end + (base - end) * (1 + math.cos(math.pi * fall)) / 2

    def observe(self, loss):
        if self.keys["name"] != "plateau":
            return
        if loss < self.best * (1 - self.keys["threshold"]):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.bad > self.keys["patience"]:
            self.falls, self.bad = self.falls + 1, 0
