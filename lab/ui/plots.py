"""Quiet plots: axes in the lab's type, and lines over steps that show past, present and known future.

How the lines themselves are drawn cheaply is told in `lab.ui.lines`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEngine, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QWidget

from lab.ui import fonts
from lab.ui.lines import LinesItem
from lab.ui.series import Series
from lab.ui.theme import manager, theme
from lab.ui.widgets.glyph import glyph_path
from lab.ui.widgets.numbers import MINUS, number_text, power_text

_DECADES = 12.0
#: A plot less tall than this, in px, has no numbers below it: they would take half of what is left for the lines.
LOW = 70
#: Decades above where lines begin from which on a line is taken to blow up.
_WILD = 2.0


class Axis(pg.AxisItem):
    """An axis without line and ticks, numbers in the lab's type with a true minus.

    With `log` the coordinates are taken as powers of ten: whole decades are labelled 10⁻², and where less than two of
    them are in view, 1, 2 and 5 of each.
    """

    def __init__(self, orientation: str, *, log: bool = False) -> None:
        super().__init__(orientation)
        self._log = log
        #: Numbers and grid as pixels: which recording that is, for which screen, and where it lies.
        self._laid: tuple[object, float, QPixmap, QPointF] | None = None
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, tickTextOffset=6, maxTickLevel=0, autoExpandTextSpace=True)
        self.dress()

    def dress(self) -> None:
        """Take fonts and colours from the theme."""
        t = theme()
        self.setStyle(tickFont=fonts.font(fonts.TICK))
        self.setPen(pg.mkPen(None))
        self.setTextPen(pg.mkPen(t.color("muted")))
        self.setTickPen(pg.mkPen(t.color("muted", 0.9), width=1))
        self.label.setFont(fonts.font(fonts.TICK))
        self.label.setDefaultTextColor(t.color("muted"))

    def paint(self, painter: QPainter, *rest: object) -> None:
        """Draw the axis, as pixels while it stays as it is: playing it back is a third of the plot's repaint.

        Qt's own cache knows nothing of pictures that are finer than the screen.
        """
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            super().paint(painter, *rest)
            return
        ratio = painter.device().devicePixelRatioF()
        if self.picture is None or self._laid is None or self._laid[0] is not self.picture or self._laid[1] != ratio:
            super().paint(painter, *rest)
            area = self.boundingRect().toAlignedRect()
            made = QPixmap(area.size() * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            with QPainter(made) as onto:
                onto.translate(-area.topLeft())
                self.picture.play(onto)
            self._laid = (self.picture, ratio, made, QPointF(area.topLeft()))
            return
        painter.drawPixmap(self._laid[3], self._laid[2])

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        if not self._log:
            ticks: list[tuple[float, list[float]]] = super().tickValues(minVal, maxVal, size)
            return ticks
        lo, hi = sorted((minVal, maxVal))
        if hi - lo < 2:
            decades = range(math.floor(lo), math.ceil(hi) + 1)
            fine = [d + math.log10(m) for d in decades for m in (1, 2, 5)]
            return [(1.0, [v for v in fine if lo <= v <= hi])]
        stride = 1
        while (hi - lo) / stride * 26 > size:
            stride += 1
        first = math.ceil(lo / stride) * stride
        return [(float(stride), [float(v) for v in range(first, math.floor(hi) + 1, stride)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if not self._log:
            return [str(text).replace("-", MINUS) for text in super().tickStrings(values, scale, spacing)]
        return [self.power(v) for v in values]

    @staticmethod
    def power(v: float) -> str:
        """The label of the value whose decimal logarithm is `v`."""
        exponent = round(v)
        if abs(v - exponent) > 1e-6:
            return number_text(10.0**v, 1, small=1e-2, large=1e4)
        return {0: "1", 1: "10"}.get(exponent, power_text(exponent))


def _roomy(end: float) -> float:
    """A right end a little beyond `end` that changes seldom while a run grows: 20, 22.5, ... 100, 125, ..."""
    if end <= 1:
        return 1.0
    grain = max(10.0 ** math.floor(math.log10(end)) / 4, 1.0)
    return math.ceil(end / grain) * grain


def _without_wild(
    lows: Sequence[float], highs: Sequence[float], begins: Sequence[float], target: float | None
) -> list[float]:
    """The highest coordinates that the axis has to show, in decades: of all lines, or only of those that are calm.

    A line is wild that rises more than `_WILD` decades above where lines begin; it is let go where it would take more
    than half of the axis from the calm ones.
    """
    if not lows:
        return []
    limit = max(begins) + _WILD
    calm = [high for high in highs if high <= limit]
    if not calm or len(calm) == len(highs):
        return list(highs)
    top = max(*calm, *begins)
    bottoms = [low for low, high in zip(lows, highs, strict=True) if high <= limit]
    bottom = min(bottoms if target is None else [*bottoms, target])
    bottom = max(bottom, top - _DECADES)
    # A little more, for the marks of those that leave.
    roomy = top + 0.08 * (top - bottom)
    return [roomy] if max(highs) - bottom > 2.0 * (top - bottom) else list(highs)


class LinePlot(pg.PlotWidget):
    """Values over steps: solid up to the cursor, faded where the replay already knows what comes.

    Parameters
    ----------
    log : bool
        A logarithmic y axis; zeros lie at `floor`.
    x_label : str
        What a step is.
    name : str
        Accessible name, and the title of an export.
    left_width : int
        Width of the y axis in px, the same for all plots above each other so that they align.
    """

    #: The step under the pointer, while the left button is down.
    sought = Signal(int)

    def __init__(
        self,
        name: str,
        *,
        log: bool = True,
        x_label: str = "step",
        floor: float = 1e-16,
        left_width: int = 40,
        parent: QWidget | None = None,
    ) -> None:
        self._log, self._floor = log, floor
        self._target: float | None = None
        self._total: float | None = None
        super().__init__(parent, axisItems={"left": Axis("left", log=log), "bottom": Axis("bottom")})
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.layout.setContentsMargins(0, 4, 6, 0)
        item.getAxis("left").setWidth(left_width)
        self._foot = 38 if x_label else 22
        item.getAxis("bottom").setHeight(self._foot)
        if x_label:
            item.setLabel("bottom", x_label)
        item.showGrid(x=True, y=True, alpha=0.14)
        box = self.getViewBox()
        box.setMouseEnabled(False, False)
        box.setDefaultPadding(0)
        box.disableAutoRange()
        self._lines = LinesItem()
        item.addItem(self._lines, ignoreBounds=True)
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._fit()

    def set_series(
        self, key: Hashable, color: str, symbol: str = "o", width: float = 1.8, name: str = "", *,
        ghost: bool = False, double: bool = False,
    ) -> None:  # fmt: skip
        """Declare a line, or change how it looks; a `color` is a role, a category or ``#RRGGBB``.

        A `ghost` is the line of another run: it lies behind the others, whole, faint and dashed. A `double` line has
        the colour of another one.
        """
        theme().hex(color)
        glyph_path(symbol, 1)
        title = name or str(key)
        old = self._lines.series.get(key)
        if old is None:
            none = np.empty(0)
            made = Series(color, symbol, width, title, none, none, none, ghost=ghost, double=double)
            self._lines.series[key] = made
        elif (old.color, old.symbol, old.width, old.name, old.double) != (color, symbol, width, title, double):
            old.color, old.symbol, old.width, old.name, old.double = color, symbol, width, title, double
            self._lines.forget()

    def remove_series(self, key: Hashable) -> None:
        """Take a line away; KeyError when there is none of that key."""
        del self._lines.series[key]
        self._lines.forget()
        self._fit()

    def clear_series(self) -> None:
        """Take all lines away."""
        self._lines.series.clear()
        self._lines.forget()
        self._fit()

    def keys(self) -> list[Hashable]:
        """The keys of all lines."""
        return list(self._lines.series)

    def set_data(self, key: Hashable, steps: ArrayLike, values: ArrayLike) -> None:
        """Give a declared line its points: ascending steps and values, shape (n,) each; nan leaves a gap."""
        self.set_lines(steps, {key: np.asarray(values)})

    def set_lines(self, steps: ArrayLike, values: Mapping[Hashable, NDArray[Any]]) -> None:
        """Give several declared lines their points over the same steps; the axes are fitted once."""
        for key, one in values.items():
            self._take(key, steps, one)
        self._fit()

    def _take(self, key: Hashable, steps: ArrayLike, values: ArrayLike) -> None:
        series = self._lines.series[key]
        x, raw = np.array(steps, dtype=np.float64), np.array(values, dtype=np.float64)
        if x.shape != raw.shape or x.ndim != 1:
            raise ValueError(f"{key}: {x.shape} steps but {raw.shape} values")
        y = np.where(np.isfinite(raw), raw, np.nan)
        if self._log:
            y = np.log10(np.where(y < self._floor, self._floor, y))
        self._lines.grew(series, series.take(x, raw, y))

    def set_cursor(self, step: float | None) -> None:
        """Where now is; None hides the cursor and shows everything as past."""
        if step != self._lines.cursor:
            self._lines.cursor = step
            self._lines.update()

    def set_target(self, value: float | None) -> None:
        """A value to be reached, as a dashed line; None takes it away."""
        if value != self._target:
            self._target = value
            self._lines.target = None if value is None else self._coordinate(value)
            self._lines.target_text = "" if value is None else f"target {self._target_number(value)}"
            self._fit()

    def set_total(self, steps: float | None) -> None:
        """How long the run will be, so that the x axis doesn't grow with it; None follows the data."""
        if steps != self._total:
            self._total = steps
            self._fit()

    def to_csv(self, path: str | Path) -> None:
        """Write all lines as a table: one row per step, one column per line, empty where there is no value."""
        steps = sorted({float(s) for series in self._lines.series.values() for s in series.steps})
        columns = [dict(zip(s.steps.tolist(), s.raw.tolist(), strict=True)) for s in self._lines.series.values()]
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["step", *(series.name for series in self._lines.series.values())])
            for step in steps:
                found = [column.get(step) for column in columns]
                cells = ["" if v is None or math.isnan(v) else repr(v) for v in found]
                out.writerow([f"{step:.15g}", *cells])

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        item = self.getPlotItem()
        if item is None or not hasattr(self, "_foot"):  # being made, or closed
            return
        axis, low = item.getAxis("bottom"), self.height() < LOW
        if axis.style["showValues"] == low:
            axis.setStyle(showValues=not low)
            axis.showLabel(self._foot > 22 and not low)
            axis.setHeight(6 if low else self._foot)

    def wheelEvent(self, ev: QWheelEvent) -> None:
        ev.ignore()  # the inspector scrolls

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        self._seek(ev)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        self._seek(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        ev.accept()

    def _target_number(self, value: float) -> str:
        exponent = math.log10(value) if value > 0 else 0.5
        return Axis.power(exponent) if self._log and exponent == round(exponent) else number_text(value)

    def _coordinate(self, value: float) -> float:
        return math.log10(max(value, self._floor)) if self._log else value

    def _fit(self) -> None:
        """Choose the axes' ranges: half decades, and at most twelve decades unless the target lies lower.

        Lines that blow up leave the picture at its upper edge, where they would leave no room for the others.
        """
        end = self._last_step()
        right = self._total if self._total is not None else _roomy(end)
        finite = [y for s in self._lines.series.values() if len(y := s.y[np.isfinite(s.y)])]
        lows = [float(y.min()) for y in finite]
        highs = [float(y.max()) for y in finite]
        if self._log:
            highs = _without_wild(lows, highs, [float(y[0]) for y in finite], self._target_coordinate())
        if self._target is not None:
            lows.append(self._coordinate(self._target))
            highs.append(self._coordinate(self._target))
        lo, hi = (min(lows), max(highs)) if lows else (-1.0, 1.0)
        if self._log:
            lo = max(lo, hi - _DECADES if self._target is None else min(hi - _DECADES, lows[-1] - 1))
            lo, hi = math.floor(lo * 2 - 0.4) / 2, math.ceil(hi * 2 + 0.4) / 2
        else:
            margin = (hi - lo) * 0.06 or max(abs(hi), 1.0) * 0.1
            lo, hi = lo - margin, hi + margin
        (x0, x1), (y0, y1) = self.getViewBox().viewRange()
        if (x0, x1, y0, y1) != (0.0, right, lo, hi):
            self.getViewBox().setRange(xRange=(0.0, right), yRange=(lo, hi), padding=0)
        self._lines.mark_leavers(hi)
        self._lines.update()

    def _target_coordinate(self) -> float | None:
        return None if self._target is None else self._coordinate(self._target)

    def _last_step(self) -> float:
        return max((float(s.steps[-1]) for s in self._lines.series.values() if len(s.steps)), default=0.0)

    def _seek(self, ev: QMouseEvent) -> None:
        ev.accept()
        if not ev.buttons() & Qt.MouseButton.LeftButton:
            return
        x = self.getViewBox().mapSceneToView(self.mapToScene(ev.position().toPoint())).x()
        self.sought.emit(round(min(max(x, 0.0), self._total or self._last_step())))

    def _on_theme_changed(self) -> None:
        item: Any = self.getPlotItem()
        if item is None:  # closed, and not deleted yet
            return
        self.setBackground(theme().color("surface"))
        for side in ("left", "bottom"):
            item.getAxis(side).dress()
        self._lines.forget()
