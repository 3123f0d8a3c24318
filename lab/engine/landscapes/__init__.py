"""Loss landscapes: documented callables on points of shape (..., d), with exact gradient and Hessian."""

from __future__ import annotations

from lab.core.registry import Family
from lab.engine.landscapes._contract import (
    Array,
    Critical,
    Differentiable,
    HasSamples,
    HasTestLoss,
    HasThirdDerivative,
    Landscape,
)

__all__ = [
    "LANDSCAPES",
    "Array",
    "Critical",
    "Differentiable",
    "HasSamples",
    "HasTestLoss",
    "HasThirdDerivative",
    "Landscape",
]

LANDSCAPES: Family[type[Landscape]] = Family(
    "landscapes",
    __name__,
    groups=("Bowls and valleys", "Many minima", "Saddles and plateaus", "One weight", "Data", "Your own"),
)
