"""Hyperparameters that several optimizers share, each declared once."""

from __future__ import annotations

from typing import Any

from lab.core.params import param
from lab.engine.optimizers._conventions import CONVENTIONS


def learning_rate(default: float, doc: str, **changes: Any) -> Any:
    """The learning rate: above 0, live, on a logarithmic slider."""
    said = {"soft": (1e-5, 1.0), "symbol": "η", "effect": "live", **changes}
    return param(default, above=0, log=True, doc=doc, **said)


def momentum(default: float, doc: str = "Share of the velocity kept from step to step.") -> Any:
    """Momentum in [0, 1)."""
    return param(default, lo=0, below=1, soft=(0.0, 0.999), symbol="β", effect="live", doc=doc)


def beta1(default: float = 0.9, doc: str = "Memory of the mean of gradients.") -> Any:
    """Memory of the first moment, in [0, 1)."""
    return param(default, lo=0, below=1, soft=(0.0, 0.999), label="Momentum", symbol="β₁", effect="live", doc=doc)


def beta2(default: float = 0.999, doc: str = "Memory of the mean of squared gradients.") -> Any:
    """Memory of the second moment, in [0, 1)."""
    return param(default, lo=0, below=1, soft=(0.5, 0.9999), label="Scale memory", symbol="β₂", effect="live", doc=doc)


def epsilon(default: float = 1e-8) -> Any:
    """What is added to a denominator, above 0."""
    return param(
        default,
        above=0,
        soft=(1e-10, 1e-1),
        log=True,
        symbol="ε",
        effect="live",
        advanced=True,
        doc="Keeps the division finite.",
    )


def weight_decay(default: float = 0.0, doc: str = "Pull towards the origin, as a share of the point.") -> Any:
    """Weight decay, 0 for none."""
    return param(default, lo=0, soft=(0.0, 0.5), symbol="λ", effect="live", doc=doc, advanced=True)


def convention() -> Any:
    """Whose form of the rule; the units of the state depend on it, so a change starts the run again."""
    return param(
        CONVENTIONS[0],
        choices=CONVENTIONS,
        named=tuple(zip(CONVENTIONS, ("PyTorch", "Keras"), strict=True)),
        doc="Whose form of the rule: PyTorch's or Keras'.",
        advanced=True,
    )
