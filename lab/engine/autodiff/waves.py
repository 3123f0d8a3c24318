"""Sine, cosine and tangent."""

from __future__ import annotations

import math

import numpy as np

from lab.engine.autodiff._gate import GATES, Gate
from lab.engine.autodiff.arithmetic import neg, square

sin: Gate = GATES.register("sin", title="Sine")(
    Gate(
        value=np.sin,
        partials=(lambda a, y: cos(a),),
        latex=r"\sin $a",
        local_latex=(r"\cos $a",),
        role="scales by the cosine",
    )
)

cos: Gate = GATES.register("cos", title="Cosine")(
    Gate(
        value=np.cos,
        partials=(lambda a, y: neg(sin(a)),),
        latex=r"\cos $a",
        local_latex=(r"-\sin $a",),
        role="scales by minus the sine",
    )
)

tan: Gate = GATES.register("tan", title="Tangent")(
    Gate(
        value=np.tan,
        partials=(lambda a, y: 1.0 + square(y),),
        latex=r"\tan $a",
        local_latex=("1+$y^2",),
        role="scales by 1 and more, without bound near its poles",
        domain=((-0.5 * math.pi, 0.5 * math.pi),),
    )
)
