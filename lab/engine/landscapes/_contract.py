"""What a landscape promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["minimum", "maximum", "saddle"]


@dataclass(frozen=True, slots=True)
class Critical:
    """A point where the gradient vanishes (or a declared kink takes its place).

    Attributes
    ----------
    point : tuple of float
        Coordinates, length d.
    value : float
        The loss there.
    kind : str
        "minimum", "maximum" or "saddle".
    is_global : bool
        For a minimum: no lower one exists.
    """

    point: tuple[float, ...]
    value: float
    kind: Kind = "minimum"
    is_global: bool = True


class Differentiable(Protocol):
    """A loss with exact derivatives: all that an optimizer's questions are answered from.

    `value`, `gradient` and `hessian` take points of shape (..., d) and return shapes (...), (..., d) and
    (..., d, d), vectorised over all leading axes, in float64, without warnings on finite input.
    """

    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        ...

    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., d)."""
        ...

    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., d, d)."""
        ...


class Landscape(Differentiable, Protocol):
    """A loss with exact derivatives that says what is known of it; frozen parameters.

    `value`, `gradient` and `hessian` grow with the number of points, over data with points x samples; temporary
    arrays don't, since large batches go block by block. A landscape where more goes into it says so.
    """

    #: Number of coordinates, 1 or 2.
    dim: ClassVar[int]
    #: f(x, y) in LaTeX.
    latex: ClassVar[str]
    #: What it teaches, one sentence.
    doc: ClassVar[str]
    #: Where it was first published, or where the constants come from.
    source: ClassVar[str]

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The part worth looking at: (lo, hi) per coordinate."""
        ...

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Known minima, maxima and saddles inside the domain, values to 1e-10 or better."""
        ...

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Classic start points, at least one, the most instructive first."""
        ...

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """Points where the derivative does not exist; coordinates may be nan for "any" (|x| has (0,))."""
        ...

    @property
    def bounded_below(self) -> bool:
        """False when the loss falls without end from somewhere inside the domain (a saddle x^2 - y^2)."""
        ...


@runtime_checkable
class HasTestLoss(Protocol):
    """What a landscape may offer besides: the loss on data that training has not seen.

    A view that finds it (``isinstance(landscape, HasTestLoss)``) may draw it over the training loss; optimizers never
    ask for it.
    """

    def test_value(self, theta: Array) -> Array:
        """Test loss, shape (...), on the scale of `value`."""
        ...

    @property
    def test_minima(self) -> tuple[Critical, ...]:
        """Minima of the test loss, to 1e-10 or better."""
        ...


@runtime_checkable
class HasThirdDerivative(Protocol):
    """What a landscape of one weight may offer besides: how fast its curvature changes.

    It is what the error of a central difference quotient is made of (`lab.engine.differences`).
    """

    def third_derivative(self, theta: Array) -> Array:
        """Exact third derivative at points of shape (..., 1), shape (...); at a kink that of either side."""
        ...


@runtime_checkable
class HasSamples(Protocol):
    """What a landscape offers besides when its loss is the mean over the samples of a data set.

    ``isinstance(landscape, HasSamples)`` tells a race that real minibatches can be drawn, and a view that there are
    data and a model to draw beside the loss. For any point the mean of ``value_on`` over all single rows, and
    ``value_on`` of all rows at once, is ``value``, up to rounding; the same holds for gradients. A penalty on the
    weights belongs to every minibatch in full.
    """

    #: Number of samples n.
    n_samples: int

    def samples(self) -> tuple[Array, Array]:
        """The data as the model sees them: X (n, n_features) and y (n,), both read-only."""
        ...

    def predict(self, theta: Array, X: Array) -> Array:
        """What the model with weights `theta` (..., d) says of X (k, n_features), shape (..., k)."""
        ...

    def value_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Mean loss over the samples `rows` (b,), the same for all points, shape (...)."""
        ...

    def gradient_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Exact gradient of `value_on`, shape (..., d)."""
        ...
