"""The tape: a list of gates in the order in which they were applied, and what can be computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.engine.autodiff._gate import GATES, Array, Gate, Var


class Tape:
    """A computation recorded node by node; every node comes after its inputs, so no pass over it has to recurse.

    The tape holds structure only. Values live outside, in the list that `forward` returns, so the same tape can be run
    on many inputs and a backward pass, run twice, gives the same answer twice.

    Parameters
    ----------
    share : bool
        Keep equal subexpressions once, compute constants at once, and drop what does nothing (``x + 0``). For formulas
        that are run often; a circuit drawn by hand wants its nodes as they were drawn.

    Attributes
    ----------
    gates : list of Gate or None
        The gate of each node; None for a leaf or constant.
    inputs : list of tuple of int
        The nodes that each node reads.
    leaves : dict
        Name of each leaf to its node.
    constants : dict
        Node of each constant to its value.

    Examples
    --------
    >>> tape = Tape()
    >>> x, y, z = (tape.leaf(name) for name in "xyz")
    >>> f = (x + y) * z
    >>> values = tape.forward({"x": -2.0, "y": 5.0, "z": -4.0})
    >>> gradients = tape.backward(values, f)
    >>> float(values[f.index]), [float(gradients[v.index]) for v in (x, y, z)]
    (-12.0, [-4.0, -4.0, 3.0])
    """

    def __init__(self, share: bool = False) -> None:
        self.gates: list[Gate | None] = []
        self.inputs: list[tuple[int, ...]] = []
        self.leaves: dict[str, int] = {}
        self.constants: dict[int, Any] = {}
        self._share = share
        self._known: dict[Any, Var] = {}

    def __len__(self) -> int:
        return len(self.gates)

    def _append(self, gate: Gate | None, inputs: tuple[int, ...]) -> Var:
        self.gates.append(gate)
        self.inputs.append(inputs)
        return Var(self, len(self.gates) - 1)

    def leaf(self, name: str) -> Var:
        """The input of that name, new or already there."""
        if name not in self.leaves:
            self.leaves[name] = self._append(None, ()).index
        return Var(self, self.leaves[name])

    def constant(self, value: Any) -> Var:
        """A node whose value never changes: a number or an array."""
        held = np.float64(value) if np.ndim(value) == 0 else np.asarray(value, dtype=np.float64)
        key = held.tobytes() if self._share and held.ndim == 0 else None
        if key is not None and key in self._known:
            return self._known[key]
        node = self._append(None, ())
        self.constants[node.index] = held
        if key is not None:
            self._known[key] = node
        return node

    def apply(self, gate: Gate, *operands: Any) -> Var:
        """Append a gate; operands that are plain numbers become constants. ValueError for a node of another tape.

        O(1) however long the tape is, also where it shares.
        """
        nodes = [o if isinstance(o, Var) else self.constant(o) for o in operands]
        if any(node.tape is not self for node in nodes):
            raise ValueError("the nodes belong to different tapes")
        inputs = tuple(node.index for node in nodes)
        if not self._share:
            return self._append(gate, inputs)
        key = (gate, inputs)
        if key not in self._known:
            self._known[key] = self._simplest(gate, nodes, inputs)
        return self._known[key]

    def _simplest(self, gate: Gate, nodes: list[Var], inputs: tuple[int, ...]) -> Var:
        if all(i in self.constants for i in inputs):
            with np.errstate(all="ignore"):
                return self.constant(gate.value(*(self.constants[i] for i in inputs)))
        simpler = gate.simpler(*nodes) if gate.simpler is not None else None
        if simpler is None:
            return self._append(gate, inputs)
        return simpler if isinstance(simpler, Var) else self.constant(simpler)

    def needed(self, outputs: Sequence[Var]) -> list[int]:
        """The nodes that some of the outputs depend on, in order; one walk along the tape."""
        wanted = bytearray(len(self))
        for node in outputs:
            wanted[node.index] = 1
        for i in range(len(self) - 1, -1, -1):
            if wanted[i]:
                for j in self.inputs[i]:
                    wanted[j] = 1
        return [i for i in range(len(self)) if wanted[i]]

    def forward(self, leaves: Mapping[str, Any]) -> list[Any]:
        """The value of every node, by its index; KeyError names a leaf without a value.

        Infinite and undefined results are passed on as inf and nan. Costs one gate per node.
        """
        values: list[Any] = [None] * len(self)
        for name, i in self.leaves.items():
            values[i] = np.float64(leaves[name]) if np.ndim(leaves[name]) == 0 else leaves[name]
        for i, constant in self.constants.items():
            values[i] = constant
        with np.errstate(all="ignore"):
            for i, gate in enumerate(self.gates):
                if gate is not None:
                    values[i] = gate.value(*[values[j] for j in self.inputs[i]])
        return values

    def backward(self, values: Sequence[Any], output: Var, upstream: Any = 1.0) -> list[Any]:
        """The gradient of `output` by every node, by its index; None where `output` does not depend on it.

        Walks the tape once from the output to the start. Each gate multiplies what arrives by its local derivatives;
        a node that is used twice adds up what comes back. An input that was broadcast gets the sum over its copies.

        Parameters
        ----------
        values : list
            What `forward` returned.
        output : Var
            The node to differentiate.
        upstream : float or array
            The gradient that arrives at `output` itself; with 1 a batch of points gives each its own gradient.
        """
        gradients: list[Any] = [None] * len(self)
        gradients[output.index] = upstream * np.ones(np.shape(values[output.index]))[()]
        with np.errstate(all="ignore"):
            for i in range(output.index, -1, -1):
                gate, arriving = self.gates[i], gradients[i]
                if gate is None or arriving is None:
                    continue
                inputs = [values[j] for j in self.inputs[i]]
                for j, partial in zip(self.inputs[i], gate.partials, strict=True):
                    if j in self.constants:
                        continue
                    down = _like(arriving * partial(*inputs, values[i]), values[j])
                    gradients[j] = down if gradients[j] is None else gradients[j] + down
        return gradients

    def differentiate(self, output: Var, by: Sequence[Var]) -> list[Var]:
        """Nodes that compute the derivatives of `output`: the backward pass itself, written on the tape.

        They can be run, and differentiated again, like any other. All leaves are taken to have one shape (constants
        may be plain numbers): nothing is summed over broadcast axes. Costs a few nodes for each node of `output`.
        """
        varying = bytearray(len(self))
        for node in by:
            varying[node.index] = 1
        for i, inputs in enumerate(self.inputs):
            varying[i] |= any(varying[j] for j in inputs)
        adjoint: dict[int, Any] = {output.index: 1.0}
        for i in range(output.index, -1, -1):
            gate = self.gates[i]
            if gate is None or not varying[i] or i not in adjoint:
                continue
            inputs = self.inputs[i]
            nodes = [Var(self, j) for j in inputs]
            for j, partial in zip(inputs, gate.partials, strict=True):
                if varying[j]:
                    down = _times(adjoint[i], partial(*nodes, Var(self, i)))
                    if isinstance(down, Var) or down != 0.0:
                        adjoint[j] = GATES["add"](adjoint[j], down) if j in adjoint else down
        found = (adjoint.get(node.index, 0.0) for node in by)
        return [node if isinstance(node, Var) else self.constant(node) for node in found]

    def program(self, outputs: Sequence[Var]) -> Program:
        """The tape cut down to what `outputs` need, ready to be run many times; two walks along the tape."""
        order = self.needed(outputs)
        last: dict[int, int] = {}
        for i in order:
            for j in self.inputs[i]:
                last[j] = i
        kept = {node.index for node in outputs} | set(self.constants)
        steps = []
        for i in order:
            gate = self.gates[i]
            if gate is not None:
                done = tuple({j for j in self.inputs[i] if last[j] == i and j not in kept})
                steps.append((i, gate, self.inputs[i], done))
        return Program(dict(self.leaves), dict(self.constants), tuple(steps), tuple(node.index for node in outputs))


@dataclass(frozen=True, slots=True)
class Program:
    """A tape for running only: each step is (node, gate, inputs, nodes no longer needed)."""

    leaves: dict[str, int]
    constants: dict[int, Any]
    steps: tuple[tuple[int, Gate, tuple[int, ...], tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def __call__(self, leaves: Mapping[str, Any]) -> list[Any]:
        """The values of the outputs; intermediate arrays are dropped as soon as nothing needs them.

        Costs one gate per step, each growing with the leaves' arrays; KeyError names a leaf without a value.
        """
        values: dict[int, Any] = dict(self.constants)
        for name, i in self.leaves.items():
            values[i] = leaves[name]
        with np.errstate(all="ignore"):
            for i, gate, inputs, done in self.steps:
                values[i] = gate.value(*[values[j] for j in inputs])
                for j in done:
                    del values[j]
        return [values[i] for i in self.outputs]


def _times(a: Any, b: Any) -> Any:
    """The product of two nodes or numbers; a plain 1 appends nothing."""
    if not isinstance(a, Var) and a == 1.0:
        return b
    return a if not isinstance(b, Var) and b == 1.0 else GATES["mul"](a, b)


def _like(gradient: Any, value: Any) -> Any:
    """A gradient brought to the shape of the value it belongs to: axes that were broadcast are summed."""
    shape = np.shape(value)
    if np.shape(gradient) == shape:
        return gradient
    summed: Array = np.asarray(gradient)
    if summed.ndim > len(shape):
        summed = summed.sum(axis=tuple(range(summed.ndim - len(shape))))
    axes = tuple(k for k, n in enumerate(shape) if n == 1 and summed.shape[k] != 1)
    if axes:
        summed = summed.sum(axis=axes, keepdims=True)
    return np.broadcast_to(summed, shape) if summed.ndim else np.float64(summed)
