"""The loss on data that training has not seen, drawn over the training loss and told beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform

from lab.core.ticket import Ticket
from lab.core.traces import Trace
from lab.engine.landscapes import HasTestLoss, Landscape
from lab.panels.race.field import level_lines, sampled, scaled
from lab.sims.race import lowest
from lab.ui import fonts
from lab.ui.jobs import Jobs, owner_of
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight

World = tuple[float, float, float, float]
Array = NDArray[np.float64]

#: Fewer lines than the training loss has: they are read against it.
LEVELS = 8
#: The colour of everything that is about the test loss.
ROLE = "warn"
_MOST = np.finfo(np.float32).max


def compute_lines(
    ticket: Ticket, landscape: HasTestLoss, world: World, nx: int, ny: int, log: bool
) -> tuple[Array, ...]:
    """Lines of equal test loss in a window, spaced as the training loss's; cost grows with nx * ny."""
    x, y, loss, _ = sampled(landscape.test_value, world, nx, ny)
    ticket.progress(0.6)
    floor = min([m.value for m in landscape.test_minima], default=float(loss.min()))
    shade = scaled(loss, min(floor, float(loss.min())), log).shade(loss)
    return level_lines(x, y, shade, LEVELS)


def above_minimum(landscape: Landscape) -> Callable[[Array], Array] | None:
    """The test loss above the lowest training loss, so that both count from the same floor; None where there is none.

    The answer takes points (..., d) to (...).
    """
    if not isinstance(landscape, HasTestLoss):
        return None
    floor, test_value = lowest(landscape), landscape.test_value

    def excess(theta: Array) -> Array:
        with np.errstate(all="ignore"):
            return test_value(theta) - floor

    return excess


class HeldOutLayer:
    """Dashed lines of equal test loss, and its minima."""

    def __init__(self, jobs: Jobs, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        self._jobs, self._changed, self._failed = jobs, changed, failed
        #: The stage: what runs ends with it.
        self._owner = owner_of(changed)
        self._landscape: HasTestLoss | None = None
        self._asked: object = None
        self._path = QPainterPath()
        self.shown = False

    def adopt(self, landscape: Landscape) -> None:
        """Belong to another landscape; nothing is drawn where it has no test loss."""
        self._landscape = landscape if isinstance(landscape, HasTestLoss) else None
        self._asked = None
        self._path = QPainterPath()

    @property
    def there(self) -> bool:
        """Whether the landscape has a test loss."""
        return self._landscape is not None

    def ask(self, world: World, nx: int, ny: int, log: bool) -> None:
        """Compute the lines of a window in the background, unless they are those shown."""
        asked = (world, nx, ny, log)
        if self._landscape is None or not self.shown or asked == self._asked:
            return
        self._asked = asked
        self._jobs.submit(
            (id(self), "test loss"), compute_lines, self._landscape, world, nx, ny, log,
            done=self._on_lines, failed=self._failed, owner=self._owner,
        )  # fmt: skip

    def _on_lines(self, lines: tuple[Array, ...]) -> None:
        gap = np.full((1, 2), np.nan)
        points = np.concatenate([piece for line in lines for piece in (line, gap)] or [gap])
        self._path = arrayToQPath(points[:, 0].copy(), points[:, 1].copy(), connect="finite")
        self._changed()

    def paint(self, painter: QPainter, stage: Stage) -> None:
        if self._landscape is None or not self.shown:
            return
        t, plot, world = theme(), stage.plot, stage.world
        sx, sy = plot.width() / world.width(), -plot.height() / world.height()
        to_pixels = QTransform(sx, 0, 0, sy, plot.left() - world.x() * sx, plot.bottom() - world.y() * sy)
        pen = QPen(t.color(ROLE, 0.75), 1.3 * weight())
        pen.setDashPattern([4.0, 3.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(to_pixels.map(self._path))
        painter.setFont(fonts.font(fonts.TICK, fonts.SEMIBOLD))
        for minimum in self._landscape.test_minima:
            x, y = stage.to_pixels(np.array(minimum.point)).tolist()
            self._minimum(painter, stage, x, y)

    def _minimum(self, painter: QPainter, stage: Stage, x: float, y: float) -> None:
        """A cross in the lines' colour, with an edge that keeps it off lines and trails."""
        t, bold = theme(), weight()
        for color, width in ((t.color(t.ink, 0.8), 4.5), (t.color(ROLE), 2.0)):
            painter.setPen(QPen(color, width * bold, c=Qt.PenCapStyle.RoundCap))
            for dx in (-5.0 * bold, 5.0 * bold):
                painter.drawLine(QPointF(x - dx, y - 5 * bold), QPointF(x + dx, y + 5 * bold))
        if stage.compact:
            return
        text = "test min"
        width = painter.fontMetrics().horizontalAdvance(text)
        box = QRectF(x + 10, y - 19, width + 8, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("surface", 0.8))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(t.color(ROLE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class HeldOutHistory:
    """The test loss along a trace; of rows already known nothing is computed again.

    Costs as many values of the landscape as the trace has grown by.
    """

    def __init__(self) -> None:
        self._of: object = None
        self._generation = 0
        self._values: NDArray[np.float32] = np.zeros((0, 0, 0), dtype=np.float32)

    def values(self, trace: Trace, excess: Callable[[Array], Array], dim: int) -> NDArray[np.float32]:
        """Test loss above the lowest training loss, shape (n, lanes, rows), nan where a racer is not there."""
        rows = trace.values
        of = (trace, excess, rows.shape[1:3])
        kept = min(trace.kept_since(self._generation), len(self._values)) if of == self._of else 0
        self._of, self._generation = of, trace.generation
        if kept == len(rows) == len(self._values):
            return self._values
        fresh = np.clip(excess(rows[kept:, :, :, :dim].astype(np.float64)), -_MOST, _MOST).astype(np.float32)
        self._values = np.concatenate([self._values[:kept], fresh]) if kept else fresh
        return self._values
