"""The Goldstein-Price function: a product of two quartics, a million high and three deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._contract import Kind
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("goldstein_price", title="Goldstein-Price", group="Many minima")
@dataclass(frozen=True, slots=True)
class GoldsteinPrice(Smooth):
    """P(s) Q(w) with s = x + y and w = 2x - 3y, both quartics positive; multiplied out, a polynomial of degree eight.

    P has its minima at s = -1 and 2, Q at w = 0 and 3, which makes four minima: 3, 30, 84 and 840. Losses span six
    powers of ten inside the domain, so a learning rate that is safe in a corner is useless at the bottom.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=P(x+y)\,Q(2x-3y),\quad P(s)=3s^4-8s^3-6s^2+24s+20,\quad Q(w)=3w^4-16w^3+18w^2+30"
    doc: ClassVar[str] = "Six powers of ten between wall and floor: step sizes that adapt are worth most here."
    source: ClassVar[str] = "Goldstein & Price, Mathematics of Computation 25 (1971) 569-574"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "p*q",
            (
                "dp*q + 2*p*dq",
                "dp*q - 3*p*dq",
            ),
            before=(
                "s = x + y",
                "w = 2*x - 3*y",
                "p = 1 + (s + 1)**2*(19 - 14*s + 3*s**2)",
                "q = 30 + w**2*(18 - 16*w + 3*w**2)",
                "dp = 12*(s**2 - 1)*(s - 2)",
                "dq = 12*w*(w - 1)*(w - 3)",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-2.0, 2.0), (-2.0, 2.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """All nine: four minima, four saddles and the maximum."""

        def kind(s: int, w: int) -> Kind:
            return "maximum" if s == w == 1 else "saddle" if 1 in (s, w) else "minimum"

        # Where P and Q are stationary, with their values there.
        return tuple(
            Critical(((3 * s + w) / 5, (2 * s - w) / 5), float(p * q), kind(s, w), is_global=(s, w) == (-1, 3))
            for s, p in ((-1, 1), (1, 33), (2, 28))
            for w, q in ((0, 30), (1, 35), (3, 3))
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """On the high wall, near the second best valleys, and beside the maximum."""
        return (-1.5, 1.0), (1.5, -1.0), (0.0, 1.0)

    @staticmethod
    def _factors(theta: Array, order: int = 0) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """(P, P', P'') and (Q, Q', Q'') as far as `order` asks, each of shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        s, w = x + y, 2.0 * x - 3.0 * y
        p: tuple[Array, ...] = (20.0 + s * (24.0 + s * (s * (3.0 * s - 8.0) - 6.0)),)
        q: tuple[Array, ...] = (30.0 + w * w * (18.0 + w * (3.0 * w - 16.0)),)
        if order > 0:
            p += (12.0 * ((s * s - 1.0) * (s - 2.0)),)
            q += (12.0 * (w * ((w - 1.0) * (w - 3.0))),)
        if order > 1:
            p += (s * (36.0 * s - 48.0) - 12.0,)
            q += (w * (36.0 * w - 96.0) + 36.0,)
        return p, q

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        p, q = self._factors(theta)
        loss: Array = p[0] * q[0]
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        (p, dp), (q, dq) = self._factors(theta, 1)
        along, across = dp * q, p * dq
        return pair(along + 2.0 * across, along - 3.0 * across, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        (p, dp, ddp), (q, dq, ddq) = self._factors(theta, 2)
        ss, sw, ww = ddp * q, dp * dq, p * ddq
        return symmetric(
            ss + 4.0 * sw + 4.0 * ww,
            ss - sw - 6.0 * ww,
            ss - 6.0 * sw + 9.0 * ww,
            theta,
        )
