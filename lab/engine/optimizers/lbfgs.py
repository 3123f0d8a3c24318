"""L-BFGS: Newton's direction from the last few steps, without ever forming a Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lab.core.params import param
from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers._line_search import LEAST_CURVATURE, AlongDirection, backtrack, dot, downhill, first_length
from lab.engine.optimizers._parts import Parts, quiet
from lab.engine.optimizers._rest import Some, as_rows, put, same, taken

#: As long as more than this share of the rows may do something new, all are stepped: taking some out copies them.
_MOST_AWAKE = 0.5


@OPTIMIZERS.register("lbfgs", title="L-BFGS", group="Second order and line search")
@dataclass(frozen=True, slots=True)
class LBFGS(AlongDirection):
    """Quasi-Newton: keeps pairs (s, y) of past steps and gradient changes and multiplies by their inverse Hessian.

    The two-loop recursion runs over all rows at once. Empty places of a row's memory hold rho = 0 and drop out by
    themselves. A step costs one gradient, 4 ``history`` n d multiplications and, with backtracking, one to 26 losses.

    With ``backtracking`` the step is halved until Armijo's condition holds. Where none of the trials passes (a point
    as good as float64 allows, or a noisy gradient) the row stays where it is and forgets its pairs, so that the next
    attempt is plain steepest descent. With ``fixed`` each step has the length ``learning_rate``, and the first
    min(1, 1 / |g|_1) times that: exactly torch.optim.LBFGS with ``max_iter=1``, free to diverge.

    On negative curvature (near a saddle) the pair is dropped in both, so the remembered matrix stays positive
    definite and the direction downhill; with an empty memory that is the gradient's own direction.

    Parameters
    ----------
    learning_rate : float
        Length of the first trial, in units of the quasi-Newton step; 1 is right near a minimum.
    history : int
        Pairs remembered.
    line_search : str
        "backtracking" or "fixed".
    """

    learning_rate: float = param(
        1.0, above=0, soft=(1e-3, 2.0), log=True, symbol="η", effect="live", doc="Length of the first trial step."
    )
    history: int = param(10, lo=1, hi=100, soft=(1, 20), symbol="m", doc="Pairs of steps and gradient changes kept.")
    line_search: str = param(
        "backtracking", choices=("backtracking", "fixed"), effect="live",
        doc="Halve the step until the loss falls enough, or take it as it is.",
    )  # fmt: skip

    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t+\role{control}{\alpha_t}\,\role{forward}{p_t},"
        r"\quad p_t=-H_t\,\role{gradient}{\nabla f(\theta_t)}"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}+\role{control}{\slot{alpha}}\,\role{forward}{\slotv{direction}}=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = (
        "The change of the gradient along past steps tells the curvature, and that tells how far to go."
    )
    source: ClassVar[str] = "Nocedal & Wright, Numerical Optimization (2006), Algorithms 7.4, 7.5 and 3.1"

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        if self.line_search != "fixed":
            return RuleCode()
        torch = call(
            "LBFGS", max_iter=1, history_size=self.history, tolerance_grad=0, tolerance_change=0, line_search_fn=None
        )
        return RuleCode(torch=torch)

    @property
    def own_length(self) -> str:
        """Found by the line search, where there is one."""
        return "found by a line search" if self.line_search == "backtracking" else ""

    def start(self, theta: Array, ask: Ask) -> State:
        """An empty memory.

        Returns
        -------
        Mapping
            ``s`` and ``y`` (n, history, d), newest pair last; ``rho`` (n, history), 1 / y.s or 0 for an empty place;
            ``count`` (n, 1) pairs held; ``gamma`` (n, 1), the first guess of the inverse Hessian; ``steps`` (n, 1)
            taken; ``previous_theta`` and ``previous_gradient`` (n, d); ``direction`` (n, d) and ``step_length``
            (n, 1) of the last step. For the search also ``loss`` and ``rate`` (n, 1) of the last step, and
            ``repeats`` (n, 1): the losses it cost, where asked the same it would do the same, else 0.
        """
        n, d = theta.shape
        return {
            "s": _columns(n, self.history, d),
            "y": _columns(n, self.history, d),
            "rho": _columns(n, self.history),
            "count": np.zeros((n, 1)),
            "gamma": np.ones((n, 1)),
            "steps": np.zeros((n, 1)),
            "previous_theta": theta,
            "previous_gradient": np.zeros((n, d)),
            "direction": np.zeros((n, d)),
            "step_length": np.zeros((n, 1)),
            "loss": np.zeros((n, 1)),
            "rate": np.zeros((n, 1)),
            "repeats": np.zeros((n, 1)),
        }

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Remember the last pair, find the direction, go along it."""
        gradient = ask.gradient(theta)
        if self.line_search != "backtracking":
            after, theta_next = self._fixed(theta, gradient, state, lr)
        else:
            after, theta_next = self._awake(theta, gradient, state, ask, lr)
        alpha, direction = after["step_length"], after["direction"]

        def parts() -> dict[str, Array]:
            moved = alpha > 0
            plain = np.where(moved, -alpha * gradient, 0.0)
            return {"gradient": plain, "curvature": np.where(moved, alpha * direction - plain, 0.0)}

        return StepResult(theta_next, after, Parts(parts))

    def _fixed(self, theta: Array, gradient: Array, state: State, lr: Rate) -> tuple[State, Array]:
        """As torch.optim.LBFGS: every step as long as the rate says, only the very first one careful."""
        memory, _ = _remember(theta, gradient, state)
        direction = _two_loops(gradient, memory)
        alpha = np.where(state["steps"] == 0, first_length(gradient), 1.0) * lr
        after = {**state, **memory, **_step_taken(theta, gradient, state, direction, alpha)}
        after["repeats"] = np.zeros_like(alpha)
        return after, theta + alpha * direction

    def _awake(self, theta: Array, gradient: Array, state: State, ask: Ask, lr: Rate) -> tuple[State, Array]:
        """Search for the rows that may do something new; the others stay where they are and are charged as before."""
        n, rate = len(theta), as_rows(lr, len(theta))
        loss = ask.value(theta, where=state["steps"][:, 0] == 0)[:, None]
        asleep = state["repeats"][:, 0] > 0
        for now, before in ((theta, "previous_theta"), (gradient, "previous_gradient"), (loss, "loss"), (rate, "rate")):
            asleep &= same(now, state[before])
        rows = np.flatnonzero(~asleep)
        if len(rows) > _MOST_AWAKE * n:
            return self._searched(theta, gradient, loss, state, ask, rate)
        ask.charge(np.where(asleep, state["repeats"][:, 0], 0.0).astype(np.intp))
        after = {**state, "steps": state["steps"] + 1.0}
        if not len(rows):
            return after, theta
        own = self._searched(
            theta[rows], gradient[rows], loss[rows], taken(state, rows), Some(ask, rows, n), rate[rows]
        )
        theta_next = theta.copy()
        theta_next[rows] = own[1]
        return put(after, rows, own[0]), theta_next

    def _searched(
        self, theta: Array, gradient: Array, loss: Array, state: State, ask: Ask, rate: Array
    ) -> tuple[State, Array]:
        """Halve each row's step until its loss falls enough."""
        memory, learnt = _remember(theta, gradient, state)
        untried = memory["count"] == 0
        trial = np.where(untried, first_length(gradient), 1.0) * rate
        direction, slope, _uphill = downhill(_two_loops(gradient, memory), gradient)
        found = backtrack(theta, loss[:, 0], direction, slope, trial, ask)
        if found.failed.any():
            memory = _forget(memory, found.failed)
        # Whoever neither moved nor learnt nor forgot will do the same again, if it is asked the same.
        still = same(found.theta, theta)[:, None] & ~learnt & (untried | ~found.failed)
        after = {
            **memory,
            **_step_taken(theta, gradient, state, direction, found.length),
            "loss": loss,
            "rate": rate,
            "repeats": np.where(still, found.losses[:, None], 0.0),
        }
        return after, found.theta


def _step_taken(theta: Array, gradient: Array, state: State, direction: Array, alpha: Array) -> dict[str, Array]:
    """What the next step needs to know of this one."""
    return {
        "steps": state["steps"] + 1.0,
        "previous_theta": theta,
        "previous_gradient": gradient,
        "direction": direction,
        "step_length": alpha,
    }


def _remember(theta: Array, gradient: Array, state: State) -> tuple[dict[str, Array], NDArray[np.bool_]]:
    """The memory with the pair of the last step appended where it curves upwards, and where that is, shape (n, 1)."""
    memory = {name: state[name] for name in ("s", "y", "rho", "count", "gamma")}
    # The difference of the points, not the step taken: it stays true when a hand has dragged the point in between.
    s = theta - state["previous_theta"]
    y = gradient - state["previous_gradient"]
    ys = dot(y, s)
    keep = (ys > LEAST_CURVATURE) & (state["steps"] > 0)
    if not keep.any():
        return memory, keep
    whole = bool(keep.all())
    for name, newest in (("s", s), ("y", y), ("rho", 1.0 / ys[:, 0])):
        old = memory[name]
        pushed = _columns(*old.shape)
        pushed[:, :-1] = old[:, 1:]
        pushed[:, -1] = newest
        if not whole:
            np.copyto(pushed, old, where=~keep if old.ndim == 2 else ~keep[:, :, None])
        memory[name] = pushed
    memory["count"] = np.minimum(memory["count"] + keep, float(state["rho"].shape[1]))
    memory["gamma"] = np.where(keep, ys / dot(y, y), memory["gamma"])
    return memory, keep


def _two_loops(gradient: Array, memory: Mapping[str, Array]) -> Array:
    """Minus the inverse Hessian times the gradient, shape (n, d): Nocedal & Wright, Algorithm 7.4."""
    s, y, rho = memory["s"], memory["y"], memory["rho"]
    places = range(rho.shape[1] - int(memory["count"].max(initial=0.0)), rho.shape[1])
    # An empty slot has rho 0: it must stay without weight also where q has overflowed (0 x inf is nan).
    empty = rho == 0.0
    some = [bool(empty[:, k].any()) for k in range(rho.shape[1])]
    weights: dict[int, Array] = {}
    q: Array = -np.asfortranarray(gradient)
    for k in reversed(places):
        weights[k] = rho[:, k : k + 1] * dot(s[:, k], q)
        if some[k]:
            weights[k][empty[:, k]] = 0.0
        q = q - weights[k] * y[:, k]
    r: Array = memory["gamma"] * q
    for k in places:
        change = (weights[k] - rho[:, k : k + 1] * dot(y[:, k], r)) * s[:, k]
        if some[k]:
            change[empty[:, k]] = 0.0
        r = r + change
    return np.ascontiguousarray(r)


def _columns(n: int, *rest: int) -> Array:
    """Zeros of shape (n, *rest) that lie in memory with the rows next to each other.

    The recursion takes one pair of all rows at a time: laid out the other way, it would fetch a line of the cache for
    every sixteen bytes it reads.
    """
    return np.moveaxis(np.zeros((*rest, n)), -1, 0)


def _forget(memory: Mapping[str, Array], rows: NDArray[np.bool_]) -> dict[str, Array]:
    """The memory with all pairs of some rows, shape (n, 1), taken out of use."""
    return {
        **memory,
        "rho": np.where(rows, 0.0, memory["rho"]),
        "count": np.where(rows, 0.0, memory["count"]),
        "gamma": np.where(rows, 1.0, memory["gamma"]),
    }
