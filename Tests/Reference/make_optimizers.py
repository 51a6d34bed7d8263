#!/usr/bin/env python3
"""Records the results of PyTorch's optimizers and learning-rate schedules for the tests.

    venv/bin/python make_optimizers.py

Made with the versions that make_reference.py names. Everything is computed in float64 from inputs that float32 holds exactly.

optimizers.npz: ten steps from the same 37 weights along the same gradients, learning rate 0.01.

    weights, gradients         inputs: float32 [37] and [10, 37]
    OPTIMIZER                  float64 [10, 37]: the weights after each step

schedules.npz: the learning rate of each of 40 steps, base rate 0.5 (0.5 at the top of one-cycle), float64 [40]; for `plateau`
the rate after each of the losses `plateau.losses`.
"""

import os

import numpy as np
import torch
from torch.optim import lr_scheduler

COUNT, STEPS, RATE = 37, 10, 0.01
OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {}),
    "sgd-decay": (torch.optim.SGD, {"weight_decay": 0.1}),
    "sgd-momentum": (torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.01}),
    "sgd-nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "rmsprop": (torch.optim.RMSprop, {}),
    "rmsprop-decay": (torch.optim.RMSprop, {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.01}),
    "rmsprop-momentum": (torch.optim.RMSprop, {"alpha": 0.9, "momentum": 0.8}),
    "rmsprop-centered": (torch.optim.RMSprop, {"alpha": 0.9, "centered": True}),
    "rmsprop-all": (
        torch.optim.RMSprop,
        {"alpha": 0.9, "eps": 1e-3, "momentum": 0.8, "centered": True, "weight_decay": 0.01},
    ),
    "adam": (torch.optim.Adam, {}),
    "adam-all": (torch.optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}),
    "adamw": (torch.optim.AdamW, {}),
    "adamw-all": (torch.optim.AdamW, {"betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
}

RATES, BASE = 40, 0.5
SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.3),
    "cosine": lambda o: lr_scheduler.LambdaLR(o, lambda t: closed_cosine(min(t, 33), 33)),
    "one-cycle": lambda o: lr_scheduler.OneCycleLR(o, max_lr=BASE, total_steps=RATES, cycle_momentum=False),
    "one-cycle-all": lambda o: lr_scheduler.OneCycleLR(
        o, max_lr=BASE, total_steps=RATES, pct_start=0.41, div_factor=10, final_div_factor=50, cycle_momentum=False
    ),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, total_iters=33, power=1),
    "polynomial-square": lambda o: lr_scheduler.PolynomialLR(o, total_iters=33, power=2),
    "polynomial-root": lambda o: lr_scheduler.PolynomialLR(o, total_iters=33, power=0.9),
    "warmup-constant": lambda o: warm(o, 8, 0.1, lr_scheduler.ConstantLR(o, factor=1, total_iters=0)),
    "warmup-step": lambda o: warm(o, 8, 0.1, lr_scheduler.StepLR(o, step_size=7, gamma=0.3)),
    "warmup-cosine": lambda o: warm(o, 8, 0.1, lr_scheduler.CosineAnnealingLR(o, T_max=32, eta_min=0.02)),
    "warmup-flat-step": lambda o: lr_scheduler.SequentialLR(o, [
        lr_scheduler.ConstantLR(o, factor=0.1, total_iters=8), lr_scheduler.StepLR(o, step_size=7, gamma=0.3)], [8]),
    "cosine-restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=7, eta_min=0.02),
    "cosine-restarts-longer": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=5, T_mult=2),
    "warmup-cosine-restarts": lambda o: warm(
        o, 8, 0.1, lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=3, eta_min=0.02)),
}


def closed_cosine(t, length):
    """CosineAnnealingLR's rate at step t, by PyTorch's own closed form, over the base rate."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, T_max=length, eta_min=0.02)
    schedule.last_epoch = t
    return schedule._get_closed_form_lr()[0] / BASE


def warm(optimizer, steps, start, following):
    """A linear rise, then `following`."""
    rise = lr_scheduler.LinearLR(optimizer, start_factor=start, total_iters=steps)
    return lr_scheduler.SequentialLR(optimizer, [rise, following], milestones=[steps])


def record_optimizers():
    """Writes optimizers.npz."""
    rng = np.random.default_rng(1)
    weights = rng.standard_normal(COUNT).astype(np.float32)
    gradients = rng.standard_normal((STEPS, COUNT)).astype(np.float32)
    arrays = {"weights": weights, "gradients": gradients}
    for name, (optimizer_type, options) in OPTIMIZERS.items():
        parameter = torch.nn.Parameter(torch.from_numpy(weights).double())
        optimizer = optimizer_type([parameter], lr=RATE, **options)
        trace = []
        for gradient in gradients:
            parameter.grad = torch.from_numpy(gradient).double()
            optimizer.step()
            trace.append(parameter.detach().numpy().copy())
        arrays[name] = np.stack(trace)
    np.savez_compressed("optimizers.npz", **arrays)


def record_schedules():
    """Writes schedules.npz."""
    arrays = {}
    for name, make in SCHEDULES.items():
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
        schedule = make(optimizer)
        rates = []
        for step in range(RATES):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step + 1 < RATES:
                schedule.step()
        arrays[name] = np.float64(rates)
    rng = np.random.default_rng(2)
    losses = 1 / (1 + 0.2 * np.minimum(np.arange(RATES), 15)) + 0.02 * rng.random(RATES)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=2, threshold=0.01, min_lr=0.01)
    rates = []
    for loss in losses:
        schedule.step(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    arrays["plateau.losses"], arrays["plateau"] = losses, np.float64(rates)
    np.savez_compressed("schedules.npz", **arrays)
    print("plateau:", " ".join(f"{rate:g}" for rate in rates))


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.set_num_threads(1)
    record_optimizers()
    record_schedules()
