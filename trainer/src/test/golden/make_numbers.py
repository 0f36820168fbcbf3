"""Makes resources/golden/{infonce,adamw,schedule,spearman}.json.

Run:    python trainer/src/test/golden/make_numbers.py
Made by torch 2.11.0 (CPU), transformers 5.23.0, scipy 1.17.1; seeded.

infonce.json   cases of {name, temperature, hard_negative_weight, negative_rows, z1, z2, z3} and, for float64 and float32,
               {loss, dz1, dz2, dz3} by torch autograd. The inputs are exact in float32. negative_rows[k] is the row that owns z3[k];
               pairs have no z3. The rule is golden.infonce.
adamw.json     cases of torch.optim.AdamW in float32 under transformers' linear schedule and clip_grad_norm_: initial parameters
               (flattened), gradients of each step, and after each step the norm before clipping, the learning rate used and the
               parameters; first and second moments after the last step.
schedule.json  cases of {schedule, warmup_steps, total_steps, factors}: factors[k] is the learning rate factor of update k, from 0,
               to two beyond the end.
spearman.json  cases of {name, x, y, spearman} by scipy.stats.spearmanr; null where it is undefined (a constant side).
"""

import warnings

from golden import GOLDEN, infonce, write_json

import numpy as np
import torch
from scipy.stats import ConstantInputWarning, spearmanr
from transformers import get_constant_schedule_with_warmup, get_linear_schedule_with_warmup


def infonce_cases():
    generator = torch.Generator().manual_seed(31)

    def case(name, rows, negative_rows, temperature, weight, d=6):
        # A positive is near its query; rows have different norms, since the loss must not depend on them.
        norms = torch.rand((rows, 1), generator=generator) * 3 + 0.5
        z1 = torch.randn((rows, d), generator=generator) * norms
        z2 = z1 * 0.5 + torch.randn((rows, d), generator=generator)
        z3 = torch.randn((len(negative_rows), d), generator=generator) * 2 if negative_rows else None
        values = {"name": name, "temperature": temperature, "hard_negative_weight": weight, "negative_rows": negative_rows,
                  "z1": z1.tolist(), "z2": z2.tolist(), "z3": [] if z3 is None else z3.tolist()}
        for dtype in (torch.float64, torch.float32):
            leaves = [z.to(dtype).requires_grad_() for z in (z1, z2, z3) if z is not None]
            loss = infonce(*leaves[:2], leaves[2] if z3 is not None else None, negative_rows, temperature, weight)
            loss.backward()
            gradients = [leaf.grad.tolist() for leaf in leaves] + ([] if z3 is not None else [[]])
            values[str(dtype).removeprefix("torch.")] = {
                "loss": loss.item(), "dz1": gradients[0], "dz2": gradients[1], "dz3": gradients[2]}
        return values

    return [
        case("triples", 4, [0, 1, 2, 3], 0.05, 0.0),
        case("triples at temperature 1", 4, [0, 1, 2, 3], 1.0, 0.0),
        case("weighted triples", 4, [0, 1, 2, 3], 0.05, 0.7),
        case("weighted triples at temperature 1", 4, [0, 1, 2, 3], 1.0, 0.7),
        case("triples that weigh less than nothing", 3, [0, 1, 2], 1.0, -0.5),
        case("pairs", 5, [], 0.05, 0.0),
        case("pairs at temperature 1", 5, [], 1.0, 0.0),
        case("mixed rows", 5, [1, 3, 4], 0.05, 0.0),
        case("weighted mixed rows", 5, [1, 3, 4], 1.0, 0.7),
        case("two hard negatives in one row", 3, [0, 2, 2], 1.0, 0.7),
        case("one triple", 1, [0], 0.5, 0.0),
        case("one weighted triple at temperature 1", 1, [0], 1.0, 0.7),
        case("one pair has no loss", 1, [], 0.05, 0.0),
        case("a wider batch", 16, list(range(16)), 0.05, 0.0, d=12),
    ]


def adamw_case(weight_decay):
    generator = torch.Generator().manual_seed(32)
    shapes = [[3, 2], [4], [2, 5]]
    learning_rate, warmup, total, max_norm = 0.01, 3, 12, 1.0
    parameters = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
    values = {
        "weight_decay": weight_decay, "learning_rate": learning_rate, "betas": [0.9, 0.999], "epsilon": 1e-8,
        "warmup_steps": warmup, "total_steps": total, "max_grad_norm": max_norm, "shapes": shapes,
        "parameters": [p.flatten().tolist() for p in parameters], "steps": [],
    }
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=weight_decay,
                                  foreach=False)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, total)
    for step in range(total):
        # Every third gradient is small enough to escape the clip, and one tensor gets no signal at all in one step.
        scale = 0.05 if step % 3 == 1 else 2.0
        for index, parameter in enumerate(parameters):
            parameter.grad = torch.randn(parameter.shape, generator=generator) * scale * (0 if (step, index) == (4, 1) else 1)
        record = {"gradients": [p.grad.flatten().tolist() for p in parameters]}
        record["norm"] = torch.nn.utils.clip_grad_norm_(parameters, max_norm, foreach=False).item()
        record["learning_rate"] = optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()
        record["parameters"] = [p.detach().flatten().tolist() for p in parameters]
        values["steps"].append(record)
    values["first_moments"] = [optimizer.state[p]["exp_avg"].flatten().tolist() for p in parameters]
    values["second_moments"] = [optimizer.state[p]["exp_avg_sq"].flatten().tolist() for p in parameters]
    return values


def schedule_cases():
    def case(schedule, warmup, total):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        if schedule == "linear":
            rule = get_linear_schedule_with_warmup(optimizer, warmup, total).lr_lambdas[0]
        else:
            rule = get_constant_schedule_with_warmup(optimizer, warmup).lr_lambdas[0]
        return {"schedule": schedule, "warmup_steps": warmup, "total_steps": total,
                "factors": [float(rule(update)) for update in range(max(warmup, total) + 3)]}

    shapes = [(0, 1), (0, 10), (1, 1), (3, 12), (4, 4), (5, 3), (10, 47)]
    return [case(schedule, *shape) for schedule in ("linear", "constant_with_warmup") for shape in shapes]


def spearman_cases():
    random = np.random.default_rng(33)

    def case(name, x, y):
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConstantInputWarning)
            return {"name": name, "x": x.tolist(), "y": y.tolist(), "spearman": float(spearmanr(x, y).statistic)}

    def cosines(rows, d):
        a = random.standard_normal((rows, d))
        b = a * random.random((rows, 1)) + random.standard_normal((rows, d))
        return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)

    angles = cosines(200, 8)
    gold = np.round(np.clip(angles * 2.5 + 2.5 + random.standard_normal(200), 0, 5) * 4) / 4
    return [
        case("increasing", [1, 2, 3, 4, 5], [-3, 0.5, 0.6, 70, 71]),
        case("decreasing", [1, 2, 3, 4], [9, 7, 2, -4]),
        case("no ties", random.standard_normal(30), random.standard_normal(30)),
        case("ties on one side", [1, 2, 2, 3, 5, 5, 5], [0.1, 0.9, 0.3, 0.4, 0.8, 0.2, 0.7]),
        case("ties on both sides", [0, 0, 1, 1, 2, 2, 2], [5, 4, 4, 4, 3, 5, 3]),
        case("all but one tied", [7, 7, 7, 7, 8], [1, 2, 3, 4, 5]),
        case("one side constant", [1, 2, 3, 4], [2.5, 2.5, 2.5, 2.5]),
        case("both sides constant", [1, 1, 1], [2, 2, 2]),
        case("two pairs", [0.3, 0.2], [1, 4]),
        case("two pairs, tied", [0.3, 0.3], [1, 4]),
        case("three pairs", [0.3, 0.2, 0.9], [1, 4, 2]),
        case("zero and negative zero are one value", [0.0, -0.0, 1.0, -1.0], [1, 2, 3, 0]),
        case("values that only doubles tell apart", [0.5, 0.5 + 1e-12, 0.5 - 1e-12, 0.5 + 2e-12], [1, 3, 2, 4]),
        case("small integers", random.integers(0, 6, 60), random.integers(0, 4, 60)),
        case("cosines against graded pairs", angles, gold),
        case("float32 cosines against graded pairs", angles.astype(np.float32), gold),
    ]


write_json(GOLDEN / "infonce.json", {"cases": infonce_cases()})
write_json(GOLDEN / "adamw.json", {"cases": [adamw_case(0.0), adamw_case(0.1)]})
write_json(GOLDEN / "schedule.json", {"cases": schedule_cases()})
write_json(GOLDEN / "spearman.json", {"cases": spearman_cases()})
