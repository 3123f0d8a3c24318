"""What the rules with a velocity share in how they are written: heavy ball and Nesterov's look-ahead.

They keep the same velocity and differ in what moves the point: heavy ball takes it as it is, Nesterov decays it once
more and adds the gradient again. In symbols that is one index, in plain Python one expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._contract import Array, Ask, Rate, StepResult
from lab.engine.optimizers._parts import gradient_seen, per_row


class HasVelocity(rules.HasDecay, Protocol):
    """A rule with a velocity, in PyTorch's form or Keras'."""

    @property
    def momentum(self) -> float:
        """Share of the velocity kept from step to step."""
        ...

    @property
    def convention(self) -> str:
        """Whose form of the rule: "torch" or "keras"."""
        ...


def latex(rule: HasVelocity, at: str) -> str:
    """The rule with the velocity of step `at`; it is called b where the learning rate stands outside it, else v."""
    if rule.convention == "keras":
        return (
            r"\theta_{t+1}=\theta_t+\role{control}{\beta}\,\role{forward}{v_" + at + "}"
            r"-\role{control}{\eta}\,\role{gradient}{\nabla f(\theta_t)}" + rules.shrinking(rule.weight_decay)
        )
    return (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\left(" + rules.gradient(rule.weight_decay) + r""
        r"+\role{control}{\beta}\,\role{forward}{b_" + at + r"}\right)"
    )


def numbers(rule: HasVelocity) -> str:
    """The rule in numbers."""
    if rule.convention == "keras":
        written = (
            r"\slotv{theta}+\role{control}{\slot{beta}}\,\role{forward}{\slotv{velocity}}"
            r"-\role{control}{\slot{eta}}\,\role{gradient}{\slotv{gradient}}"
        )
        return written + rules.shrinking_number(rule.weight_decay) + rules.RESULT
    decay = r"+\slotv{decay}" if rule.weight_decay else ""
    return (
        r"\slotv{theta}-\role{control}{\slot{eta}}\left(\role{gradient}{\slotv{gradient}}" + decay + r""
        r"+\role{control}{\slot{beta}}\,\role{forward}{\slotv{velocity}}\right)" + rules.RESULT
    )


def code(rule: HasVelocity, keras: str, torch: str, **look: bool) -> RuleCode:
    """The rule in plain Python.

    Parameters
    ----------
    rule : object
        The rule, for its form and its weight decay.
    keras, torch : str
        The expression that moves the point in either form, from ``g`` and the new ``self.velocity``; PyTorch's is then
        multiplied by the learning rate.
    look
        What `torch.optim.SGD` is told besides momentum and weight decay.
    """
    start = ("self.velocity = zeros_like(theta)",)
    if rule.convention == "keras":
        update = "self.velocity = self.momentum * self.velocity - lr * g"
        return RuleCode(start, ("g = gradient(theta)", update, f"return theta + {keras}{rules.pull(rule)}"))
    step = (
        "g = gradient(theta)",
        *rules.decay(rule),
        "self.velocity = self.momentum * self.velocity + g",
        f"return theta - lr * {torch}",
    )
    return RuleCode(start, step, call("SGD", momentum=rule.momentum, **look, weight_decay=rule.weight_decay))


def symbols(
    rule: HasVelocity, velocity: Array, theta: Array, result: StepResult, ask: Ask, lr: Rate
) -> Mapping[str, Any]:
    """The numbers of the step; ``decay`` as it stands in the rule, times the learning rate in Keras' form."""
    said = {
        "theta": theta,
        "eta": per_row(lr),
        "gradient": gradient_seen(ask, theta),
        "beta": rule.momentum,
        "velocity": velocity,
        "theta_next": result.theta,
    }
    if rule.weight_decay:
        said["decay"] = (lr * rule.weight_decay if rule.convention == "keras" else rule.weight_decay) * theta
    return said
