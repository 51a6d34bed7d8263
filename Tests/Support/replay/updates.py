"""The recipe's optimizers: PyTorch's own, and LARS and LAMB by their formulas."""

import torch


class LARS(torch.optim.Optimizer):
    """v ← μ v + η ρ (g + λ w), w ← w − v with ρ = τ ‖w‖ / (‖g‖ + λ ‖w‖), or 1 if a norm is 0.

    Of excluded vectors ρ is 1 and λ is 0.
    """

    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                is_plain = group["exclude"] and w.dim() == 1
                decay = 0 if is_plain else group["weight_decay"]
                weight, gradient = w.detach().norm(), w.grad.norm()
                ratio = 1
                if weight > 0 and gradient > 0 and not is_plain:
                    ratio = group["trust"] * weight / (gradient + decay * weight)
                velocity = self.state[w].setdefault("velocity", torch.zeros_like(w))
                velocity.mul_(group["momentum"]).add_(group["lr"] * ratio * (w.grad + decay * w.detach()))
                w.data -= velocity


class LAMB(torch.optim.Optimizer):
    """w ← w − η ‖w‖ / ‖r‖ r with r = m̂ / (√v̂ + ε) + λ w and Adam's m̂ and v̂; the ratio is 1 if a norm is 0.

    Of excluded vectors the ratio is 1 and λ is 0.
    """

    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                state = self.state[w]
                if not state:
                    state.update(step=0, mean=torch.zeros_like(w), square=torch.zeros_like(w))
                state["step"] += 1
                state["mean"].mul_(beta1).add_((1 - beta1) * w.grad)
                state["square"].mul_(beta2).add_((1 - beta2) * w.grad**2)
                mean = state["mean"] / (1 - beta1 ** state["step"])
                square = state["square"] / (1 - beta2 ** state["step"])
                is_plain = group["exclude"] and w.dim() == 1
                decay = 0 if is_plain else group["weight_decay"]
                direction = mean / (square.sqrt() + group["eps"]) + decay * w.detach()
                weight, size = w.detach().norm(), direction.norm()
                ratio = weight / size if weight > 0 and size > 0 and not is_plain else 1
                w.data -= group["lr"] * ratio * direction


def make_optimizer(keys, parameters):
    """The optimizer of a resolved recipe; `lr` of its only group is set before each step."""
    decay = {"lr": 1.0, "weight_decay": keys["weightDecay"]}
    kind = keys["name"]
    if kind == "sgd":
        return torch.optim.SGD(parameters, momentum=keys["momentum"], nesterov=keys["nesterov"], **decay)
    if kind == "rmsprop":
        return torch.optim.RMSprop(
            parameters, alpha=keys["alpha"], eps=keys["epsilon"], momentum=keys["momentum"], centered=keys["centered"],
            **decay)
    if kind == "lars":
        more = {"trust": keys["trustCoefficient"], "momentum": keys["momentum"], "exclude": keys["excludeVectors"]}
        return LARS(parameters, more | decay)
    moments = {"betas": (float(keys["beta1"]), float(keys["beta2"])), "eps": keys["epsilon"], **decay}
    if kind == "lamb":
        return LAMB(parameters, moments | {"exclude": keys["excludeVectors"]})
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[kind](parameters, **moments)


def shorten(keys, parameters, norm, former):
    """Shortens a gradient that is much longer than the `former` ones."""
    window = sorted(former[-keys["window"]:])
    if len(window) < min(10, keys["window"]):
        return
    longest = keys["limit"] * window[len(window) // 2]
    if 0 < longest < norm:
        for value in parameters:
            value.grad *= longest / norm


def clip(keys, parameters):
    """Clips each value, then all by their norm, according to the recipe."""
    if keys["clipValue"] is not None:
        torch.nn.utils.clip_grad_value_(parameters, keys["clipValue"])
    if keys["clipNorm"] is not None:
        torch.nn.utils.clip_grad_norm_(parameters, keys["clipNorm"])
