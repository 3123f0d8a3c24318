"""The log loss of a tanh network, with weight decay, on a plane through its weight space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._contract import Array
from lab.engine.landscapes._log_loss import mean_log_loss, wrong
from lab.engine.landscapes._over_data import at_points, columns, in_lots

#: Points evaluated at a time x samples: a number for each of six neurons then takes 768 KB. Calls as long as that let
#: threads work side by side.
_CELLS = 16384


@dataclass(frozen=True, slots=True)
class Plane:
    """What a network with one hidden layer of h tanh neurons makes of n samples, at weights w* + x d1 + y d2.

    A neuron's sum z and its outgoing weight w are affine in x and y, so each is three coefficients, of 1, x and y; the
    output's threshold c is one. Since tanh is odd, a sample's class goes into its sums and its threshold as a sign, and
    the sum of all w tanh z, plus c, is its margin: above 0 where the network is right.

    With s = 1 / (1 + e^-2z), tanh z is 2 s - 1, so the margin is also the sum of all 2w s, plus c less the sum of all
    w. An exponential, a sum and a quotient cost less than a tangent. Near z = 0 only a tangent has digits beyond the
    sixteenth after the point, but in a sum with other neurons they would be rounded away. What is left beside the 2w s
    counts as one more neuron, which is always on.

    Everything costs points x samples x neurons; temporary arrays are those of one block of points.

    Attributes
    ----------
    sums : Array
        (h + 1, n, 3): -2z of each neuron and sample, and in the last row what is always on.
    outer : Array
        (h + 1, 3): 2w of each neuron, and in the last row the part of what is always on that moves with x and y.
    penalty : Array
        (3, 3): the weight decay's coefficients of the products of 1, x and y, symmetric.
    """

    sums: Array
    outer: Array
    penalty: Array

    @classmethod
    def of(cls, hidden: Array, outer: Array, threshold: float, sign: Array, penalty: Array) -> Plane:
        """From the coefficients (h, n, 3) of the sums and (h, 3) of the outgoing weights; `sign` (n,) is the class."""
        always_on = -outer.sum(axis=0)
        sums = np.empty((len(hidden) + 1, len(sign), 3))
        sums[:-1] = -2.0 * sign[:, None] * hidden
        sums[-1] = always_on
        sums[-1, :, 0] += sign * threshold
        return cls(sums, np.vstack([2.0 * outer, always_on]), penalty)

    def only(self, rows: NDArray[np.intp]) -> Plane:
        """The same for some of the samples."""
        return Plane(self.sums.take(rows, axis=1), self.outer, self.penalty)

    @property
    def block(self) -> int:
        """Points evaluated at a time, so that points x samples stay in the cache."""
        return in_lots(_CELLS // self.sums.shape[1])

    def margins(self, theta: Array) -> Array:
        """Margin of each sample, shape (n, ...)."""
        at = columns(theta)
        margins = np.empty((self.sums.shape[1], at.shape[1]))
        for part, (units,) in self._blocks(at, arrays=1):
            self._forwards(at[:, part], units, units[:-1])
            margins[:, part] = units[-1]
        return at_points(margins, theta)

    def loss(self, theta: Array) -> Array:
        """Mean loss, shape (...)."""
        at = columns(theta)
        loss: Array = np.einsum("km,km->m", np.matmul(self.penalty, at), at)
        for part, (units,) in self._blocks(at, arrays=1):
            self._forwards(at[:, part], units, units[:-1])
            loss[part] += mean_log_loss(units[-1])
        return at_points(loss, theta)

    def gradient(self, theta: Array) -> Array:
        """Exact gradient of `loss`, shape (..., 2)."""
        at = columns(theta)
        by: Array = np.matmul(2.0 * self.penalty[1:], at)
        for part, (units, on) in self._blocks(at, arrays=2):
            by[:, part] += self._backwards(at[:, part], units, on[:-1])
        by_x, by_y = at_points(by, theta)
        return pair(by_x, by_y, theta)

    def _blocks(self, at: Array, *, arrays: int) -> Iterator[tuple[slice, Array]]:
        """Parts of the points, and so many arrays (h + 1, n, m) to overwrite: all parts use the same memory.

        Fetched from the system anew for each part, it would cost as much again as some of the arithmetic.
        """
        neurons, samples, _ = self.sums.shape
        count, block = at.shape[1], self.block
        cells = np.empty((arrays, neurons * samples * min(block, count)))
        for start in range(0, count, block):
            m = min(block, count - start)
            yield slice(start, start + m), cells[:, : neurons * samples * m].reshape(arrays, neurons, samples, m)

    def _forwards(self, at: Array, units: Array, on: Array) -> Array:
        """The outgoing weights 2w, shape (h, m); s goes into `on` (h, n, m), the margins into the last of `units`."""
        sums = self.sums.reshape(-1, 3)
        np.matmul(sums, at, out=units.reshape(len(sums), -1))
        np.exp(units[:-1], out=on)
        on += 1.0
        np.divide(1.0, on, out=on)
        weight: Array = np.matmul(self.outer[:-1], at)
        units[-1] += np.einsum("hnm,hm->nm", on, weight)
        return weight

    def _backwards(self, at: Array, units: Array, on: Array) -> Array:
        """Gradient of the mean log loss, shape (2, m)."""
        weight = self._forwards(at, units, on)
        slope = wrong(units[-1], -1.0 / units.shape[1])
        # By each outgoing weight: the slope times s, over all samples. BLAS adds faster than a sum; it is given two
        # rows of ones, since a single one would go to a routine that may add in another order for fewer points.
        np.multiply(on, slope, out=units[:-1])
        by_weight = np.matmul(np.ones((2, units.shape[1])), units)[:, 0]
        # By each sum: that times 1 - s. Subtracted here, not after adding up, lest saturated neurons leave rounding
        # errors; with the sign turned, as `sums` has it.
        on *= units[:-1]
        np.subtract(on, units[:-1], out=on)
        by_sum = np.matmul(self.sums[:-1, :, 1:].transpose(0, 2, 1), on)
        by: Array = np.matmul(self.outer.T[1:], by_weight)
        by += np.einsum("hcm,hm->cm", by_sum, weight)
        return by

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives of `loss`, shape (..., 2, 2)."""
        x, y = theta[..., :1], theta[..., 1:]
        shape = (*theta.shape[:-1], self.sums.shape[1])
        threshold = self.sums[-1, :, 0] - self.outer[-1, 0]
        margin, by_x, by_y = threshold + np.zeros(shape), np.zeros(shape), np.zeros(shape)
        xx, xy, yy = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        # With tangents: their derivatives are fewer calls than those of s, and here the calls count.
        for z, c in zip(-0.5 * self.sums[:-1].transpose(0, 2, 1), 0.5 * self.outer[:-1], strict=True):
            t = np.tanh(z[0] + x * z[1] + y * z[2])
            open_ = 1.0 - t * t
            weight = c[0] + x * c[1] + y * c[2]
            passed = open_ * weight
            bent = -2.0 * t * passed
            margin += t * weight
            by_x += passed * z[1] + t * c[1]
            by_y += passed * z[2] + t * c[2]
            xx += bent * (z[1] * z[1]) + 2.0 * open_ * (z[1] * c[1])
            xy += bent * (z[1] * z[2]) + open_ * (z[1] * c[2] + z[2] * c[1])
            yy += bent * (z[2] * z[2]) + 2.0 * open_ * (z[2] * c[2])
        slope = wrong(margin, -1.0)
        bend = -slope * (1.0 + slope)
        p = 2.0 * self.penalty
        return symmetric(
            (bend * by_x * by_x + slope * xx).mean(axis=-1) + p[1, 1],
            (bend * by_x * by_y + slope * xy).mean(axis=-1) + p[1, 2],
            (bend * by_y * by_y + slope * yy).mean(axis=-1) + p[2, 2],
            theta,
        )
