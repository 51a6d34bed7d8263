#!/usr/bin/env python3
"""PyTorch's allreduce over gloo, in place, float32; started by allreduce.py under torchrun: gloo_allreduce.py BYTES...

As `dp-train benchmark --allreduce`, it writes the values again before each sum, and takes the median of 9 timings. It prints a
JSON line for each size.
"""

import json
import statistics
import sys
import time

import torch

TIMINGS = 9

torch.set_num_threads(1)
torch.distributed.init_process_group("gloo")
for size in map(int, sys.argv[1:]):
    values = torch.ones(size // 4)
    count = max(2, min(500, (4 << 20) // size))
    found = []
    for _ in range(1 + TIMINGS):
        torch.distributed.barrier()
        seconds = 0
        for _ in range(count):
            values.fill_(1)
            start = time.perf_counter()
            torch.distributed.all_reduce(values)
            seconds += time.perf_counter() - start
        found.append(seconds / count)
    if torch.distributed.get_rank() == 0:
        # The first timing is a warm-up.
        print(json.dumps({"bytes": size, "ms": statistics.median(found[1:]) * 1e3}), flush=True)
torch.distributed.destroy_process_group()
