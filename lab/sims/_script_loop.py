"""The function of a script that runs one racer from one start: the lab's loop, with events and divergence, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.engine.schedules.constant import Constant
from lab.sims._script_plan import ScriptPlan

#: Lines of the loop where NumPy and PyTorch differ.
NUMPY = {
    "make": "rule(theta, **settings)",
    "unpack": "rule, settings = RACERS[name]",
    "settings": "settings = dict(settings)",
    "point": "np.array(point)",
    "moved": "theta = np.array(value)",
    "changed": ["settings[what] = value", "if racer is not None:", "    setattr(racer, what, value)"],
    "step": ["after = racer.step(theta, {rate})"],
    "rate": "racer.learning_rate",
    "after": "after",
    "result": "theta",
    "stay": "",
    "go": "theta = after",
}
TORCH = {
    "make": "make(theta, lr)",
    "unpack": "lr, make = RACERS[name]",
    "settings": "",
    "point": "torch.tensor(point, dtype=torch.float64, requires_grad=True)",
    "moved": "theta.data.copy_(torch.tensor(value, dtype=torch.float64))",
    "changed": ["lr = value"],
    "step": [
        "for group in racer.param_groups:",
        '    group["lr"] = {rate}',
        "before = theta.detach().clone()",
        "racer.step(closure_of(theta, racer))",
    ],
    "rate": "lr",
    "after": "theta",
    "result": "theta.detach()",
    "stay": "theta.data.copy_(before)",
    "go": "",
}


def loop_of(plan: ScriptPlan, form: dict[str, Any]) -> str:
    """The function `run`, as short as the race allows: without events there is nothing to look up."""
    dropped_later = any(s.born for s in plan.starts)
    scheduled = not isinstance(plan.config.schedule, Constant)
    plain = not plan.events and not dropped_later
    age = "t" if plain else "t - born"
    rate = f"rate({form['rate']}, {age})" if scheduled else form["rate"]
    take = [line.replace("{rate}", rate) for line in form["step"]]
    outcome = '"" if ended is None else f" (diverged at step {ended})"'
    lines = ["def run(name, start):", f"    {form['unpack']}"]
    if plain:
        lines += [
            "    point, ended = STARTS[start], None",
            f"    theta = {form['point']}",
            f"    racer = {form['make']}",
            "    if not sane(theta):",
            f'        return {form["result"]}, " (diverged at step 0)"',
        ]
        lines += ["    for t in range(STEPS):", *_indented(take, 8), f"        if not sane({form['after']}):"]
        lines += [f"            {form['stay']}"] if form["stay"] else []
        lines += ["            ended = t + 1", "            break"]
        lines += [f"        {form['go']}"] if form["go"] else []
        return "\n".join([*lines, f"    return {form['result']}, {outcome}"])
    lines += [f"    {form['settings']}"] if form["settings"] else []
    lines += ["    (born, point), racer, ended = STARTS[start], None, None", f"    theta = {form['point']}"]
    lines += ["    for t in range(STEPS + 1):"]
    if plan.events:
        lines += [
            "        for step, who, whose, what, value in EVENTS:",
            "            if step != t or who not in (None, name) or whose not in (None, start):",
            "                continue",
            '            if what == "remove":',
            f'                return {form["result"]}, f" (removed at step {{t}})"',
            '            if what == "move":',
            f"                {form['moved']}",
            "                if ended is not None:",
            f"                    racer = {form['make']}",
            "                ended = None if sane(theta) else t",
            "            else:",
            *_indented(form["changed"], 16),
        ]
    lines += ["        if t == born:", f"            racer = {form['make']}"]
    lines += ["            ended = None if sane(theta) else t"]
    lines += ["        if t < born or t == STEPS or ended is not None:", "            continue"]
    lines += [*_indented(take, 8), f"        if not sane({form['after']}):"]
    lines += [f"            {form['stay']}"] if form["stay"] else []
    lines += ["            ended = t + 1"]
    lines += ["        else:", f"            {form['go']}"] if form["go"] else []
    return "\n".join([*lines, f"    return {form['result']}, {outcome}"])


def _indented(lines: Sequence[str], by: int) -> list[str]:
    return [" " * by + line for line in lines]
