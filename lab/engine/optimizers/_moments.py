"""What Adam and its relatives share: running means of the gradient and of its square, and their cold start."""

from __future__ import annotations

import numpy as np

from lab.engine.optimizers._contract import Array, State

#: From this many rows on it pays to look whether all of them are equally old.
_MANY = 64


def begin(theta: Array) -> dict[str, Array]:
    """Moments ``m`` and ``v`` zero, shape (n, d), and ``t`` steps taken, shape (n, 1)."""
    return {"m": np.zeros_like(theta), "v": np.zeros_like(theta), "t": np.zeros((len(theta), 1))}


def updated(state: State, gradient: Array, beta1: float, beta2: float) -> tuple[Array, Array, Array]:
    """Both moments with this gradient taken in, and the new age: (m, v, t)."""
    m = beta1 * state["m"]
    m += (1.0 - beta1) * gradient
    v = beta2 * state["v"]
    v += (1.0 - beta2) * (gradient * gradient)
    return m, v, state["t"] + 1.0


def age(t: Array) -> Array:
    """Steps taken, shape (n, 1), or (1, 1) where all rows are equally old.

    A power per row costs more than all the rest of a step.
    """
    if len(t) > _MANY and (t == t[0]).all():
        return t[:1]
    return t


def missing(beta: float, t: Array) -> Array:
    """1 - beta^t, shape as `age` gives: the weight a running mean from zero has collected after t steps."""
    collected: Array = 1.0 - np.power(beta, age(t))
    return collected


def root(v: Array, weight: Array, epsilon: float, convention: str) -> Array:
    """Adam's denominator: the root of the corrected second moment plus epsilon.

    PyTorch, and the paper's Algorithm 1, correct first and add epsilon then; Keras takes the paper's remark on
    efficiency, in which epsilon is added to the uncorrected root and so is larger early on.
    """
    if convention == "keras":
        scale = np.sqrt(v)
        scale += epsilon
        scale /= np.sqrt(weight)
        return scale
    scale = v / weight
    np.sqrt(scale, out=scale)
    scale += epsilon
    return scale


def latex(convention: str, second: str = r"\hat v_t") -> str:
    """Adam's rule in symbols; Keras' epsilon carries a hat, since it grows by the correction of the second moment."""
    epsilon = r"\hat\varepsilon_t" if convention == "keras" else r"\varepsilon"
    below = rf"\role{{forward}}{{\sqrt{{{second}}}}}+{epsilon}"
    return rf"\theta_{{t+1}}=\theta_t-\role{{control}}{{\eta}}\,\frac{{\role{{forward}}{{\hat m_t}}}}{{{below}}}"


LATEX_NUMBERS = (
    r"\slotv{theta}-\role{control}{\slot{eta}}\,\frac{\role{forward}{\slotv{m_hat}}}{\role{forward}{\slotv{scale}}}"
)

#: The same in plain Python, for scripts.
START_CODE = ("self.m = zeros_like(theta)", "self.v = zeros_like(theta)", "self.t = 0")
CODE = (
    "self.t = self.t + 1",
    "self.m = self.beta1 * self.m + (1 - self.beta1) * g",
    "self.v = self.beta2 * self.v + (1 - self.beta2) * g**2",
    "m_hat = self.m / (1 - self.beta1**self.t)",
)


def scale_code(convention: str, second: str = "self.v") -> str:
    """`root` in plain Python."""
    if convention == "keras":
        return f"((sqrt({second}) + self.epsilon) / sqrt(1 - self.beta2**self.t))"
    return f"(sqrt({second} / (1 - self.beta2**self.t)) + self.epsilon)"
