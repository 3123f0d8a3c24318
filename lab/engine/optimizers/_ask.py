"""Answers an optimizer's questions from a landscape, counts them, and freezes the noise of a step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lab.engine.landscapes import Differentiable, HasSamples
from lab.engine.optimizers._contract import Array

Counts = NDArray[np.int32]
_NONE_YET: Counts = np.zeros(0, np.int32)


class LandscapeAsk:
    """What a batch of runs may know of one landscape; implements `Ask`.

    The last points asked about are remembered by identity, once for the value and once for the gradient: the race
    measures the loss at an array of points, and the optimizer that starts its next step from that same array gets it
    for nothing. Arrays handed in must therefore not be written into, as the optimizer contract says anyway. What is
    *counted* does not depend on the memory, so that a run wound back and played again counts the same.

    Parameters
    ----------
    landscape : Differentiable
        Where the answers come from: a landscape, or any loss of which nothing else is known.
    noise_sigma : float
        Standard deviation of the noise added to every component of the gradient.
    noise : ndarray of shape (n, d), optional
        Standard normal numbers for the first step; later steps bring theirs with `freeze`.

    Attributes
    ----------
    function_evaluations, gradient_evaluations, hessian_evaluations : ndarray of int32, shape (n,)
        Answers given per row. They grow with the batch, new rows start at zero. They are replaced, never written into:
        keeping a reference is a snapshot, assigning it back restores it.
    """

    __slots__ = (
        "_batch",
        "_gradient",
        "_gradient_at",
        "_has_samples",
        "_noise",
        "_value",
        "_value_at",
        "clip",
        "function_evaluations",
        "gradient_evaluations",
        "hessian_evaluations",
        "landscape",
        "noise_sigma",
    )

    def __init__(self, landscape: Differentiable, noise_sigma: float = 0.0, noise: Array | None = None) -> None:
        self.landscape = landscape
        self.noise_sigma = noise_sigma
        self._noise = noise
        #: Applied to every gradient an optimizer sees, noise included; None leaves it as it is.
        self.clip: Callable[[Array], Array] | None = None
        self._batch: NDArray[np.intp] | None = None
        self._has_samples = isinstance(landscape, HasSamples)
        self._value_at: Array | None = None
        self._gradient_at: Array | None = None
        self._value: Array = np.zeros(0)
        self._gradient: Array = np.zeros((0, 0))
        self.function_evaluations = _NONE_YET
        self.gradient_evaluations = _NONE_YET
        self.hessian_evaluations = _NONE_YET

    def freeze(self, noise: Array | None, batch: NDArray[np.intp] | None = None) -> None:
        """What the step sees until the next call.

        Parameters
        ----------
        noise : ndarray of shape (n, d) or None
            Standard normal numbers for every gradient; None is silence.
        batch : ndarray of shape (b,) or None
            Rows of the landscape's samples: losses and gradients are means over these alone; None takes all. Ignored
            by landscapes without samples.
        """
        self._noise = noise
        self._batch = batch if self._has_samples else None

    def remember(self, theta: Array, value: Array, gradient: Array) -> None:
        """Take over what was measured at these very points: loss of shape (n,) and exact gradient of shape (n, d)."""
        self._value_at = self._gradient_at = theta
        self._value, self._gradient = value, gradient

    def measure(self, theta: Array) -> Array:
        """Loss at each point, shape (n,), for whoever watches: not counted."""
        if theta is not self._value_at:
            self._value = self.landscape.value(theta)
            self._value_at = theta
        return self._value

    def value(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Loss at each point, shape (n,), or at k points per row, shape (n, k); free of noise."""
        each = theta.shape[1] if theta.ndim == 3 else 1
        self.function_evaluations = _counted(self.function_evaluations, len(theta), where, each)
        if self._batch is not None:
            return self._sampled().value_on(theta, self._batch)
        return self.measure(theta)

    def trials(self, points: Array) -> Array:
        """Losses at points of shape (m, k, d), shape (m, k), uncounted and free of noise."""
        return self.landscape.value(points) if self._batch is None else self._sampled().value_on(points, self._batch)

    def charge(self, values: NDArray[np.intp]) -> None:
        """Count losses, shape (n,), that were asked for as trials."""
        self.function_evaluations = self.function_evaluations + values.astype(np.int32)

    def gradient(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Gradient at each point, shape (n, d), with the noise of the step."""
        self.gradient_evaluations = _counted(self.gradient_evaluations, len(theta), where)
        seen = self._exact(theta) if self._batch is None else self._sampled().gradient_on(theta, self._batch)
        if self._noise is not None and self.noise_sigma != 0.0:
            seen = seen + self.noise_sigma * self._noise
        return seen if self.clip is None else self.clip(seen)

    def _exact(self, theta: Array) -> Array:
        if theta is not self._gradient_at:
            self._gradient = self.landscape.gradient(theta)
            self._gradient_at = theta
        return self._gradient

    def _sampled(self) -> HasSamples:
        assert isinstance(self.landscape, HasSamples)
        return self.landscape

    def hessian(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Matrix of second derivatives at each point, shape (n, d, d); free of noise."""
        self.hessian_evaluations = _counted(self.hessian_evaluations, len(theta), where)
        return self.landscape.hessian(theta)


def _counted(counts: Counts, rows: int, where: NDArray[np.bool_] | None, each: int = 1) -> Counts:
    if len(counts) < rows:
        counts = np.concatenate([counts, np.zeros(rows - len(counts), np.int32)])
    elif len(counts) > rows:
        raise ValueError(f"{rows} points asked about, but {len(counts)} rows are counted; cut the counters first")
    return counts + (np.int32(each) if where is None else np.int32(each) * where)
