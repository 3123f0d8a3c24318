"""NAdam: Adam that looks ahead as Nesterov does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _moments as moments
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, gradient_seen, per_row, quiet, raw_parts, shrunk

#: How fast the momentum warms up to beta1: mu_t = beta1 (1 - 0.5 * 0.96^(psi t)). The paper and PyTorch against Keras.
PSI = {"torch": 0.004, "keras": 1.0}


@OPTIMIZERS.register("nadam", title="NAdam", group="Adaptive")
@dataclass(frozen=True, slots=True)
class NAdam:
    """Adam whose first moment already holds the momentum of the step to come.

    The momentum grows from beta1 / 2 to beta1 as mu_t = beta1 (1 - 0.5 * 0.96^(psi t)), and the corrections use the
    product of all mu so far. With the paper's and PyTorch's psi = 0.004 half of the way takes about 4,000 steps, with
    Keras' psi = 1 about 17. Weight decay joins the gradient in PyTorch's form and shrinks the point in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    beta1: float = fields.beta1(doc="Memory of the mean of gradients, once warmed up.")
    beta2: float = fields.beta2()
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}
    why: ClassVar[str] = "Nesterov's look-ahead is better than plain momentum, so Adam should have it too."
    source: ClassVar[str] = "Dozat, ICLR workshop 2016, Algorithm 2, as torch.optim.NAdam"

    @property
    def latex(self) -> str:
        """The rule; the bar marks the moment that looks ahead."""
        fraction = r"\frac{\role{forward}{\bar m_t}}{\role{forward}{\sqrt{\hat v_t}}+\varepsilon}"
        rule = rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,{fraction}"
        return rule + rules.shrinking(self.weight_decay, self.convention)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return moments.LATEX_NUMBERS + rules.shrinking_number(self.weight_decay, self.convention) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        keras = self.convention == "keras"
        psi = PSI[self.convention]
        step = (
            "g = gradient(theta)",
            *(() if keras else rules.decay(self)),
            "self.t = self.t + 1",
            "self.m = self.beta1 * self.m + (1 - self.beta1) * g",
            "self.v = self.beta2 * self.v + (1 - self.beta2) * g**2",
            f"here = self.beta1 * (1 - 0.5 * 0.96 ** ({psi} * self.t))",
            f"ahead = self.beta1 * (1 - 0.5 * 0.96 ** ({psi} * (self.t + 1)))",
            "self.product = self.product * here",
            "m_bar = ahead / (1 - self.product * ahead) * self.m + (1 - here) / (1 - self.product) * g",
            "v_hat = self.v / (1 - self.beta2**self.t)",
            f"return theta - lr * m_bar / (sqrt(v_hat) + self.epsilon){rules.pull(self) if keras else ''}",
        )
        torch = call("NAdam", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode((*moments.START_CODE, "self.product = 1.0"), step, "" if keras else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments zero, shape (n, d); ``t`` steps taken and the product ``mu_product`` of no mu, 1, shape (n, 1)."""
        return {**moments.begin(theta), "mu_product": np.ones((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update both moments, look ahead, move."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        m, v, t = moments.updated(state, seen, self.beta1, self.beta2)
        product = state["mu_product"] * self._momentum(t)
        m_bar = self._ahead(seen, m, t, product)
        scaled = m_bar / moments.root(v, moments.missing(self.beta2, t), self.epsilon, "torch")
        scaled *= -lr
        move = shrunk(scaled, theta, lr, self.weight_decay) if keras else scaled

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_bar - seen), "scaling": scaled + lr * m_bar}

        return StepResult(theta + move, {"m": m, "v": v, "t": t, "mu_product": product}, Parts(parts))

    def _momentum(self, t: Array) -> Array:
        """The momentum mu_t, shape (n, 1) or (1, 1)."""
        mu: Array = self.beta1 * (1.0 - 0.5 * np.power(0.96, moments.age(t) * PSI[self.convention]))
        return mu

    def _ahead(self, gradient: Array, m: Array, t: Array, product: Array) -> Array:
        """The corrected first moment one step ahead, shape (n, d)."""
        here, ahead = self._momentum(t), self._momentum(t + 1.0)
        m_bar = (ahead / (1.0 - product * ahead)) * m
        m_bar += ((1.0 - here) / (1.0 - product)) * gradient
        return m_bar

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``m_hat`` looks ahead, ``scale`` is the whole denominator."""
        after = result.state
        keras = self.convention == "keras"
        gradient = gradient_seen(ask, theta)
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        weight = moments.missing(self.beta2, after["t"])
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "m_hat": self._ahead(seen, after["m"], after["t"], after["mu_product"]),
            "scale": moments.root(after["v"], weight, self.epsilon, "torch"),
            "theta_next": result.theta,
        }
        if self.weight_decay and keras:
            numbers["decay"] = lr * self.weight_decay * theta
        return numbers
