#!/usr/bin/env python3
"""One task's training step in PyTorch, with one thread per process; started by compare.py, and by scaling.py with torchrun.

    pytorch.py TASK --steps N [--precision float32|bfloat16] [--optimizer foreach|fused] [--channels-last] [--compile]
               [--ddp] [--batch N]

bfloat16 is PyTorch's automatic mixed precision: forward pass and loss run under autocast, weights stay in float32.
"""

import contextlib
import dataclasses
import itertools

import numpy
import torch
import torch.nn.functional as F
from networks import network
from tasks import PRECISIONS, TASKS
from timing import parse_arguments, report
from torch.nn.utils.rnn import pack_padded_sequence

options = parse_arguments(
    __doc__,
    precision={"choices": PRECISIONS, "default": PRECISIONS[0]},
    optimizer={"choices": ["default", "foreach", "fused"], "default": "default"},
    **{"channels-last": {"action": "store_true"}, "compile": {"action": "store_true"}},
    ddp={"action": "store_true", "help": "DistributedDataParallel over gloo; under torchrun"},
    batch={"type": int, "help": "samples of a step, all processes together (the task's)"},
)
task = TASKS[options.task]
processes = 1
if options.ddp:
    torch.distributed.init_process_group("gloo")
    processes = torch.distributed.get_world_size()
task = dataclasses.replace(task, batch=(options.batch or task.batch) // processes)
torch.set_num_threads(1)
torch.manual_seed(1)

if task.lengths:
    # As many batches as the steps of a timing, one after the other.
    lengths = torch.from_numpy(task.draw_lengths(numpy, task.batch * options.steps)).long()
    batches = itertools.cycle([
        (pack_padded_sequence(torch.randn(int(own.max()), task.batch, task.shape[1]), own, enforce_sorted=False),
         torch.randint(task.classes, (task.batch,)))
        for own in lengths.split(task.batch)
    ])
elif task.is_recurrent:
    length, inputs = task.shape
    x = F.one_hot(torch.randint(inputs, (length, task.batch)), inputs).float()
    y = torch.randint(task.classes, (length, task.batch) if task.every_step else (task.batch,))
else:
    *extents, channels = task.shape
    x = torch.randn(task.batch, channels, *extents)
    y = torch.randint(task.classes, (task.batch,))
if options.channels_last:
    # Series become images of height 1.
    x = (x if task.is_image else x.unsqueeze(2)).to(memory_format=torch.channels_last)
model = network(task, options.channels_last)
parameter_count = sum(parameter.numel() for parameter in model.parameters())

more = {} if options.optimizer == "default" else {options.optimizer: True}
parameters = model.parameters()
if task.optimizer == "rmsprop":
    optimizer = torch.optim.RMSprop(parameters, lr=1e-3, alpha=0.99, eps=1e-8, **more)
elif task.optimizer == "adam":
    optimizer = torch.optim.Adam(parameters, lr=1e-3, **more)
else:
    optimizer = torch.optim.SGD(parameters, lr=1e-2, momentum=0.9, **more)
if options.ddp:
    model = torch.nn.parallel.DistributedDataParallel(model)
if options.compile:
    # Without this, recurrent layers are not compiled.
    torch._dynamo.config.allow_rnn = True
    model = torch.compile(model)
autocast = torch.autocast("cpu", dtype=torch.bfloat16) if options.precision == "bfloat16" else contextlib.nullcontext()


if not task.lengths:
    batches = itertools.repeat((x, y))


def step():
    x, y = next(batches)
    optimizer.zero_grad()
    with autocast:
        loss = F.cross_entropy(model(x).flatten(0, -2), y.flatten())
    loss.backward()
    optimizer.step()


is_first = not options.ddp or torch.distributed.get_rank() == 0
finish = torch.distributed.barrier if options.ddp else lambda: None
facts = {"version": f"PyTorch {torch.__version__}", "precision": options.precision, "parameters": parameter_count}
report(step, finish, options.steps, facts, is_first)
if options.ddp:
    torch.distributed.destroy_process_group()
