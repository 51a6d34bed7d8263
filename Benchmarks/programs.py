"""The programs that compare.py measures: the peers with their options, and dp-train's settings and samples."""

import dataclasses
from typing import Callable

from tasks import PRECISIONS

OURS = "dp-train"


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to run a peer: additional arguments and environment variables."""

    name: str
    arguments: tuple[str, ...] = ()
    variables: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Peer:
    """Another framework: its name, module, script, precisions, and the variants for a task. The best variant counts."""

    name: str
    module: str
    script: str
    precisions: tuple[str, ...]
    variants: Callable


# By default the C library returns large blocks to the system after each step and fetches them again in the next, which can
# double a step's time. The first two variables prevent it. The others allow huge pages in the C library's heap and in
# PyTorch's tensors, which are some per cent faster. Every peer has them as a variant for every task.
REUSE = {
    "MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "THP_MEM_ALLOC_ENABLE": "1",
}


def with_reuse(variants):
    """Returns each variant with and without heap reuse and huge pages."""
    return variants + [dataclasses.replace(v, name=f"{v.name}, heap reuse, huge pages", variables=REUSE) for v in variants]


def pytorch_variants(task, everything):
    # PyTorch's RMSprop has no fused form.
    updates = ["foreach"] if task.optimizer == "rmsprop" else ["foreach", "fused"]
    eager = [Variant("plain")]
    for update in updates if everything else updates[-1:]:
        eager.append(Variant(update, ("--optimizer", update)))
    if not task.is_recurrent:
        eager += [
            Variant(f"channels last, {v.name}", ("--channels-last", *v.arguments))
            for v in eager if everything or v.name != "plain"
        ]
    # Compiling unrolls the steps of a sequence, which takes minutes and gigabytes for a long one.
    can_compile = everything and not task.lengths and (not task.is_recurrent or task.shape[0] <= 32)
    best = ("--optimizer", updates[-1], "--compile")
    compiled = [Variant(f"compiled, {updates[-1]}", best)] * can_compile
    if can_compile and not task.is_recurrent:
        compiled.append(Variant(f"compiled, channels last, {updates[-1]}", ("--channels-last", *best)))
    return with_reuse(eager + compiled)


def jax_variants(task, everything):
    """Returns no variants for a network that jax_step.py does not have."""
    if task.network == "mnist-cnn":
        return with_reuse([Variant("plain")])
    if task.network not in ("lstm", "gru", "rnn-relu"):
        return []
    return with_reuse([Variant("unroll 4", ("--unroll", "4"))] + [Variant("unroll 1")] * everything)


PEERS = (
    Peer("PyTorch", "torch", "pytorch.py", PRECISIONS, pytorch_variants),
    Peer("JAX", "jax", "jax_step.py", ("float32",), jax_variants),
)


def settings_of(task, samples, precision=PRECISIONS[0]):
    """Returns the keys of dp-train's recipe for `task`, with its samples in the file `samples`."""
    # Releases without the key `precision` can be measured in float32.
    more = [] if precision == "float32" else [f"precision={precision}"]
    optimizer = {
        "rmsprop": "{name: rmsprop, learningRate: 0.001}",
        "adam": "{name: adam, learningRate: 0.001}",
        "sgd": "{name: sgd, learningRate: 0.01, momentum: 0.9}",
    }[task.optimizer]
    return [
        "data.source=numpy", f"data.train={samples}", f"batch={task.batch}", f"optimizer={optimizer}",
        f"model.layers={task.layers}", *more,
    ]


def samples_of(task, numpy):
    """Returns the arrays x and y of some batches of random samples for `task`."""
    random = numpy.random.default_rng(1)
    if task.lengths:
        # The very lengths that PyTorch has.
        lengths = task.draw_lengths(numpy, task.batch * task.steps)
        x = random.standard_normal((int(lengths.sum()), task.shape[1]), dtype="f4")
        return {"x": x, "lengths": lengths, "y": random.integers(task.classes, size=len(lengths))}
    count = task.batch * (4 if task.is_recurrent else 2)
    if task.is_recurrent:
        length, inputs = task.shape
        x = numpy.eye(inputs, dtype="f4")[random.integers(inputs, size=(count, length))]
    else:
        x = random.standard_normal((count, *task.shape), dtype="f4")
    return {"x": x, "y": random.integers(task.classes, size=(count, task.shape[0]) if task.every_step else count)}
