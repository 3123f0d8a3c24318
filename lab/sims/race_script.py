"""A race as a script of its own: plain NumPy, or PyTorch, without the lab.

The script is composed of what landscape, rules and schedule say of themselves (`lab.engine.code`); what has nothing to
say, or draws random numbers, is refused in one line: the lab itself, used as a library, reproduces every race to the
bit (`lab.core.scripts`).
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab import __version__
from lab.core.run import Run
from lab.engine.code import RuleCode, ScheduleCode
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.engine.schedules import SCHEDULES
from lab.engine.schedules.constant import Constant
from lab.sims._script_loop import NUMPY, TORCH, loop_of
from lab.sims._script_plan import NoScript, ScriptPlan, resolve, rule_codes
from lab.sims._standing import FAR

_FUNCTIONS = ("cos", "exp", "full_like", "log", "maximum", "minimum", "sign", "sin", "sqrt", "tan", "tanh",
              "where", "zeros_like")  # fmt: skip
_NUMBERS = ("e", "pi")


def numpy_script(run: Run, steps: int, lanes: Sequence[int] | None = None) -> str:
    """The race as plain NumPy, up to step `steps`, of all racers or of those numbered.

    Same rules, same order of operations where it matters: the final points agree with the lab's to rounding (1e-9
    relative after 200 steps, where the path itself does not amplify the last bit). Raises `NoScript`.
    """
    plan = resolve(run, steps, lanes)
    codes = rule_codes(plan, "NumPy")
    classes: dict[str, str] = {}
    of_racer: dict[str, str] = {}
    for name, code in codes.items():
        text = _class_body(plan.racers[name], code)
        title = _identifier(type(plan.racers[name]).__name__, classes, text)
        classes[title], of_racer[name] = text, title
    racers = [f'    "{name}": ({of_racer[name]}, dict({_settings(plan, name)})),' for name in plan.racers]
    rules = [f"class {title}:\n{text}" for title, text in classes.items()]
    body = [
        _LOSS.format(**_loss_parts(plan)),
        _gradient(plan),
        _SANE.format(slope=_slope(plan)),
        *rules,
        *_schedule(plan),
    ]
    tables = ["RACERS = {  # name: rule and its parameters", *racers, "}", *_tables(plan)]
    loop = loop_of(plan, NUMPY)
    code_text = "\n\n\n".join([*body, "\n".join(tables), loop, _MAIN])
    head = _head(plan, "Needs only NumPy: run this file with Python.")
    imports = _imports(code_text, _formulas(plan), "numpy", "import numpy as np")
    seterr = '# A racer that diverges overflows; the loop below sees it.\nnp.seterr(all="ignore")'
    return f"{head}\n\n{imports}\n\n{seterr}\n\n{_constants(plan, 'np.array')}\n\n\n{code_text}\n"


def torch_script(run: Run, steps: int, lanes: Sequence[int] | None = None) -> str:
    """The race with the optimizers of ``torch.optim``, which differentiates the loss itself. Raises `NoScript`."""
    plan = resolve(run, steps, lanes)
    if not re.search(r"\b[xy]\b", _loss_parts(plan)["before"] + plan.landscape.value):
        title = LANDSCAPES.title_of(type(plan.config.landscape))
        raise NoScript(f"PyTorch: {title} is the same everywhere, so that there is nothing to differentiate")
    codes = rule_codes(plan, "PyTorch")
    for event in plan.events:
        if event[3] not in ("move", "remove", "learning_rate"):
            what = event[3].replace("_", " ")
            raise NoScript(f"PyTorch: {what} was changed mid-run, where only a learning rate can be")
    racers = []
    for name, code in codes.items():
        made = code.torch.replace("(", "([theta], lr=lr, ", 1).replace(", )", ")")
        rate = plan.racers[name].learning_rate
        racers.append(f'    "{name}": ({rate!r}, lambda theta, lr: torch.optim.{made}),')
    clip = {"none": "", "value": _TORCH_VALUE, "norm": _TORCH_NORM}[plan.config.clip]
    closure = _CLOSURE.format(clip=clip.format(limit=plan.config.clip_limit))
    tables = ["RACERS = {  # name: learning rate, and what makes the optimizer", *racers, "}", *_tables(plan)]
    parts = [_LOSS.format(**_loss_parts(plan)), _TORCH_SANE, closure, *_schedule(plan)]
    code_text = "\n\n\n".join([*parts, "\n".join(tables), loop_of(plan, TORCH), _MAIN])
    head = _head(plan, "Needs PyTorch: run this file with Python.")
    imports = _imports(code_text, _formulas(plan), "torch", "import torch")
    return f"{head}\n\n{imports}\n\n{_constants(plan, 'torch.tensor')}\n\n\n{code_text}\n"


# -- pieces of text ----------------------------------------------------------------------------------------------

_LOSS = '''def loss(theta):
    """{title}."""
{unpack}
{before}    return {value}'''

_GRADIENT = '''def {name}(theta):
    """The exact gradient of the loss."""
{unpack}
{before}    return {result}'''

_CUT = '''def gradient(theta):
    """What the rules are given of it."""
    return np.clip(slope(theta), {lo!r}, {hi!r})'''

_SANE = '''def sane(theta):
    """Whether a racer is still in the race: finite, and not a billion pictures away."""
    finite = np.isfinite(loss(theta)) and np.isfinite({slope}(theta)).all()
    return bool(finite and (abs(theta - CENTRE) < FAR).all())'''

_TORCH_SANE = '''def sane(theta):
    """Whether a racer is still in the race: finite, and not a billion pictures away."""
    here = theta.detach().requires_grad_()
    value = loss(here)
    (slope,) = torch.autograd.grad(value, here)
    finite = torch.isfinite(value) and torch.isfinite(slope).all()
    return bool(finite and ((here - CENTRE).abs() < FAR).all())'''

_CLOSURE = '''def closure_of(theta, optimizer):
    """What torch's optimizers call for the loss and its gradient."""

    def closure():
        optimizer.zero_grad()
        value = loss(theta)
        value.backward()
{clip}        return value

    return closure'''

_TORCH_VALUE = "        torch.nn.utils.clip_grad_value_([theta], {limit!r})\n"
_TORCH_NORM = "        torch.nn.utils.clip_grad_norm_([theta], {limit!r})\n"

_RATE = '''def rate(base, t, T={length}):
    """The learning rate of step t: {title}."""
{before}    return base * ({factor})'''

_MAIN = """if __name__ == "__main__":
    for name in RACERS:
        for start in STARTS:
            theta, ended = run(name, start)
            print(f"{name} from {start}: theta = {theta.tolist()}, loss = {float(loss(theta))!r}{ended}")"""


def _loss_parts(plan: ScriptPlan) -> dict[str, str]:
    lines = _needed(plan.landscape.before, (plan.landscape.value,))
    return {
        "title": LANDSCAPES.title_of(type(plan.config.landscape)),
        "unpack": _unpack(plan),
        "before": "".join(f"    {line}\n" for line in lines),
        "value": plan.landscape.value,
    }


def _unpack(plan: ScriptPlan) -> str:
    return "    x, y = theta" if plan.config.landscape.dim == 2 else "    (x,) = theta"


def _gradient(plan: ScriptPlan) -> str:
    code, config = plan.landscape, plan.config
    result = f"np.array([{', '.join(code.gradient)}])"
    lines = [*_needed(code.before, code.gradient)]
    if config.clip == "norm":
        # As torch.nn.utils.clip_grad_norm_, small number included.
        lines.append(f"g = {result}")
        result = f"g * minimum({config.clip_limit!r} / (sqrt((g * g).sum()) + 1e-6), 1.0)"
    before = "".join(f"    {line}\n" for line in lines)
    exact = _GRADIENT.format(name=_slope(plan), unpack=_unpack(plan), before=before, result=result)
    if config.clip != "value":
        return exact
    return exact + "\n\n\n" + _CUT.format(lo=-config.clip_limit, hi=config.clip_limit)


def _slope(plan: ScriptPlan) -> str:
    """What the gradient is called of which it shows whether it is finite: cut to a limit, infinity is."""
    return "slope" if plan.config.clip == "value" else "gradient"


def _needed(lines: Sequence[str], results: Sequence[str]) -> list[str]:
    """Those of some assignments that the results depend on, in order."""
    wanted = set(re.findall(r"[A-Za-z_]\w*", " ".join(results)))
    kept: list[str] = []
    for line in reversed(lines):
        name, _, expression = line.partition(" = ")
        if name in wanted:
            kept.insert(0, line)
            wanted |= set(re.findall(r"[A-Za-z_]\w*", expression))
    return kept


def _class_body(rule: Optimizer, code: RuleCode) -> str:
    start = "".join(f"        {line}\n" for line in code.start)
    step = "".join(f"        {line}\n" for line in code.step).rstrip("\n")
    source = textwrap.fill(f"{OPTIMIZERS.title_of(type(rule))}: {rule.source}.", 100, subsequent_indent="    ")
    return (
        f'    """{source}"""\n\n'
        "    def __init__(self, theta, **settings):\n"
        "        self.__dict__.update(settings)\n"
        f"{start}\n"
        "    def step(self, theta, lr):\n"
        f"{step}"
    )


def _identifier(name: str, taken: dict[str, str], text: str) -> str:
    """A class name: the same for the same text, numbered where another text has it."""
    wanted, k = name, 2
    while wanted in taken and taken[wanted] != text:
        wanted, k = f"{name}{k}", k + 1
    return wanted


def _settings(plan: ScriptPlan, name: str) -> str:
    """The hyperparameters that the rule's lines read, and the learning rate."""
    rule: Any = plan.racers[name]
    code: RuleCode = rule.code()
    lines = " ".join((*code.start, *code.step))
    used = [f.name for f in dataclasses.fields(rule) if f.name == "learning_rate" or f"self.{f.name}" in lines]
    return ", ".join(f"{n}={getattr(rule, n)!r}" for n in used)


def _schedule(plan: ScriptPlan) -> list[str]:
    schedule: Any = plan.config.schedule
    if isinstance(schedule, Constant):
        return []
    code: ScheduleCode = schedule.code()
    before = "".join(f"    {line}\n" for line in code.before)
    title = SCHEDULES.title_of(type(schedule)).lower()
    return [_RATE.format(length=plan.config.length, title=title, before=before, factor=code.factor)]


def _tables(plan: ScriptPlan) -> list[str]:
    plain = not plan.events and all(s.born == 0 for s in plan.starts)
    comment = "name: where" if plain else "name: the step at which it is dropped, and where"
    lines = [f"STARTS = {{  # {comment}"]
    lines += [
        f'    "{s.name}": {s.point!r},' if plain else f'    "{s.name}": ({s.born}, {s.point!r}),' for s in plan.starts
    ]
    lines.append("}")
    if plan.events:
        lines.append("EVENTS = [  # what the hand did: step, racer and start (None: all), what, value")
        lines += [f"    {event!r}," for event in plan.events]
        lines.append("]")
    return lines


def _imports(text: str, formulas: str, module: str, first: str) -> str:
    functions = [name for name in _FUNCTIONS if re.search(rf"(?<![.\w]){name}\(", text)]
    numbers = [name for name in _NUMBERS if re.search(rf"\b{name}\b", formulas)]
    lines = ["import math"] if "math." in text else []
    lines += [f"from math import {', '.join(numbers)}"] if numbers else []
    if lines:
        lines.append("")
    lines.append(first)
    lines += [f"from {module} import {', '.join(functions)}"] if functions else []
    return "\n".join(lines)


def _formulas(plan: ScriptPlan) -> str:
    return "\n".join((plan.landscape.value, *plan.landscape.gradient, *plan.landscape.before))


def _constants(plan: ScriptPlan, array: str) -> str:
    domain = np.asarray(plan.config.landscape.domain)
    centre, far = domain.mean(axis=1).tolist(), FAR * float((domain[:, 1] - domain[:, 0]).max())
    lines = [f"STEPS = {plan.steps}", f"CENTRE, FAR = {array}({centre!r}), {far!r}"]
    lines += [f"{name} = {value!r}" for name, value in plan.landscape.constants.items()]
    return "\n".join(lines)


def _head(plan: ScriptPlan, needs: str) -> str:
    title = LANDSCAPES.title_of(type(plan.config.landscape))
    return f'"""Optimizer race on {title}, {plan.steps:,} steps. Written by Visual Lab {__version__}.\n\n{needs}\n"""'
