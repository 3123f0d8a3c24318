"""Everything in the kit in one window: ``python tests/ui/gallery.py OUT.png [dark|light] [scale]``."""

import os
import sys
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QLabel, QLineEdit, QProgressBar, QWidget

from lab.core.params import choice, param
from lab.core.registry import Family
from lab.ui import icons
from lab.ui.form import ConfigForm
from lab.ui.formula import FormulaLabel
from lab.ui.plots import LinePlot
from lab.ui.theme import manager
from lab.ui.widgets import (
    SYMBOLS,
    Button,
    Card,
    ColorBar,
    ComboBox,
    ErrorBanner,
    Glyph,
    HLine,
    IconButton,
    Overlay,
    Segmented,
    Swatch,
    Switch,
    Text,
    VLine,
    column,
    row,
)

KINDS = ("tick", "caption", "body", "medium", "strong", "title", "metric", "mono")
ROLES = ("text", "muted", "faint", "ok", "warn", "error", "accent", "forward", "gradient")
RACERS = [
    ("SGD", "sky", "o", 0.02),
    ("Momentum", "yellow", "s", 0.05),
    ("Nesterov", "vermillion", "t1", 0.06),
    ("RMSProp", "green", "d", 0.03),
    ("Adam", "purple", "star", 0.045),
    ("L-BFGS", "ink", "h", 0.6),
]


def texts() -> Card:
    kinds = [
        Text(f"{k} 0123 −4.56", k) for k in ("tick", "caption", "body", "medium", "strong", "title", "metric", "mono")
    ]
    roles = [
        Text(r, "caption", role=r)
        for r in ("text", "muted", "faint", "ok", "warn", "error", "accent", "forward", "gradient")
    ]
    return Card(Text("Text", "strong"), *kinds, HLine(), row(*roles, None))


def buttons() -> Card:
    off = Button("Disabled", "export")
    off.setEnabled(False)
    chips = [Button(t, kind="chip", checkable=True) for t in ("SVM", "kNN", "Tree", "Forest")]
    chips[0].setChecked(True)
    transport = [
        IconButton("skip-back-fill", "Start"),
        IconButton("caret-left-fill", "Back"),
        IconButton("pause-fill", "Pause", kind="play"),
        IconButton("caret-right-fill", "Step"),
    ]
    tools = [IconButton(n, n, kind="tool", checkable=True) for n in ("cursor", "eraser", "paint-brush")]
    tools[0].setChecked(True)
    combo = ComboBox("Preset")
    combo.set_options([(1, "Himmelblau · log scale"), (2, "Rosenbrock")])
    search = QLineEdit()
    search.setPlaceholderText("Search actions, presets, lessons")
    check, box = QCheckBox("Show contour lines"), QCheckBox("Off")
    check.setChecked(True)
    on, off2 = Switch("on"), Switch("off")
    on.setChecked(True)
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setValue(40)
    return Card(
        Text("Controls", "strong"),
        row(Button("Compare", "columns"), Button("Lesson", "graduation-cap"), off, Button("Run", kind="primary"), None),
        row(*chips, None, Segmented(["A", "B", "Mean"], "Start")),
        row(*transport, *tools, None, IconButton("dots-three", "More", size=20)),
        row(combo, search),
        row(check, box, on, off2, None),
        bar,
    )


def marks() -> Card:
    roles = ["blue", "vermillion", "green", "purple", "yellow", "sky", "ink"]
    glyphs = [Glyph(s, roles[i % 7], size=13, box=24, halo=i == 4) for i, s in enumerate(SYMBOLS)]
    meanings = (("gradient", "descent direction −∇f"), ("forward", "momentum −m̂"), ("text", "update Δθ"))
    legend = Overlay(*[part for color, text in meanings for part in (Swatch(color), Text(text, "caption"))])
    bar = Overlay(Text("f(θ)", "caption"), Text("0", "tick"), ColorBar(), Text("10³", "tick"))
    line = row(bar, ColorBar("diverging"), None)
    return Card(Text("Marks", "strong"), row(*glyphs, None, spacing=2), row(legend, None), line)


def all_icons() -> Card:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    for i, name in enumerate(icons.names()):
        label = QLabel()
        label.setPixmap(
            icons.pixmap(name, 18, "muted", label.devicePixelRatioF() * float(os.environ.get("QT_SCALE_FACTOR", 1)))
        )
        label.setToolTip(name)
        grid.addWidget(label, i // 24, i % 24)
    logo = QLabel()
    logo.setPixmap(icons.logo(48, 2))
    return Card(row(logo, Text("Visual Lab", "title"), None), holder)


OPTIMIZERS: Family = Family("gallery optimizers")


@OPTIMIZERS.register("adam", title="Adam")
@dataclass(frozen=True, slots=True)
class Adam:
    learning_rate: float = param(0.001, above=0, soft=(1e-5, 1.0), log=True, symbol="η", doc="Step size.")
    beta1: float = param(0.9, lo=0, below=1, label="Momentum", symbol="β₁", doc="How much of the last step is kept.")
    beta2: float = param(0.999, lo=0, below=1, label="Scale memory", symbol="β₂")


@OPTIMIZERS.register("sgd", title="Gradient descent")
@dataclass(frozen=True, slots=True)
class Sgd:
    learning_rate: float = param(0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", doc="Step size.")


@dataclass(frozen=True, slots=True)
class Race:
    steps: int = param(240, lo=1, soft=(10, 10_000), log=True, doc="How long the race lasts.")
    noise: float = param(0.0, lo=0, soft=(0, 1), label="Gradient noise", symbol="σ", effect="live")
    kernel: str = param("rbf", choices=("rbf", "linear", "polynomial", "sigmoid"), label="Kernel")
    batch: str = param("full", choices=("full", "mini", "single"), label="Batch")
    nesterov: bool = param(False, label="Look ahead", doc="Nesterov's form.")
    formula: str = param("(1-x)^2 + 100*(y-x^2)^2", label="Formula")
    optimizer: Adam | Sgd = choice(OPTIMIZERS, Adam, label="Optimizer")


def form() -> Card:
    focused = ConfigForm(Adam(0.11))
    head = row(
        Glyph("star", "purple", size=13, box=22, halo=True),
        Text("Adam", "strong"),
        Text("focused racer", "caption"),
        None,
        Segmented(["A", "B", "Mean"], "Start"),
    )
    race = ConfigForm(Race(noise=0.3))
    race.row("steps").field.setText("0")
    race.row("steps")._on_submitted("0")
    return column(Card(head, focused, spacing=6), Card(Text("Race", "strong"), race, spacing=6), spacing=12)


ADAM = r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\frac{\role{forward}{\hat m_t}}{\sqrt{\hat v_t}+\varepsilon}"
ADAM_NUMBERS = (
    r"\slotv{theta}-\role{control}{\slot{eta}}\,\frac{\role{forward}{\slotv{m}}}{\slotv{root}}"
    r"\;=\;\role{result}{\slotv{next}}"
)
DECAY = r"\eta_t=\role{control}{\eta_0}\,e^{-\role{control}{\lambda} t}"
DECAY_NUMBERS = r"\role{control}{\slot{eta}}\,e^{-\role{control}{\slot{lam}}\cdot\slot{t}}=\role{result}{\slot{out}}"
TAME = {"theta": (-3.31, -2.31), "eta": 0.11, "m": (48.88, 12.67), "root": (51.05, 74.11), "next": (-3.4142, -2.3278)}
WILD = {"theta": (-3.31e7, 2.31), "eta": 1e-8, "m": (4.2e-9, 1.267), "root": (0.51, 741.1), "next": (-3.4e-12, -2.3)}


def strip(latex, numbers, values, size=17, height=60) -> Card:
    label = FormulaLabel(size)
    label.set_result_color("purple")
    label.set_formula(latex, numbers)
    label.set_values(values)
    card = Card(
        row(
            Glyph("star", "purple", size=13, box=24, halo=True),
            Text("Adam", "strong"),
            Text("start A", "body", role="muted"),
            VLine(),
            (label, 1),
            IconButton("copy-simple", "Copy as LaTeX"),
        ),
        margins=(16, 0, 12, 0),
    )
    card.setFixedHeight(height)
    return card


def strips() -> QWidget:
    narrow = strip(ADAM, ADAM_NUMBERS, TAME, 12, 44)
    narrow.setFixedWidth(420)
    cut = strip(ADAM, ADAM_NUMBERS, TAME)
    cut.setFixedWidth(300)
    holder = QWidget()
    holder.setLayout(
        column(
            strip(ADAM, ADAM_NUMBERS, TAME),
            strip(ADAM, ADAM_NUMBERS, WILD),
            strip(DECAY, DECAY_NUMBERS, {"eta": 0.1, "lam": 0.05, "t": 30, "out": 0.0223}),
            row(narrow, cut, None),
            spacing=8,
        )
    )
    return holder


def loss_plot(steps=240, cursor=60, **kw) -> LinePlot:
    plot = LinePlot("Loss by step", **kw)
    rng = np.random.default_rng(1)
    t = np.arange(steps + 1)
    for key, color, symbol, rate in RACERS:
        plot.set_series(key, color, symbol, 2.8 if key == "Adam" else 1.8)
        y = 200 * np.exp(-rate * t * 240 / steps + 0.06 * rng.normal(size=len(t)).cumsum())
        if key == "Momentum":
            y[t > steps * 0.7] = np.nan
        plot.set_data(key, t, y)
    plot.set_cursor(cursor)
    plot.set_target(1e-4)
    return plot


def plots() -> Card:
    head = row(
        Text("Loss by step", "strong"),
        None,
        Swatch("muted"),
        Text("so far", "caption"),
        Swatch("muted", alpha=0.35),
        Text("replay ahead", "caption"),
    )
    plot = loss_plot()
    plot.setMinimumHeight(250)
    return Card(head, (plot, 1), margins=(16, 12, 12, 8))


def banner() -> ErrorBanner:
    made = ErrorBanner()
    made.show_error("runs[1].config.learning_rate: 0 is not above 0", "Traceback …")
    return made


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if len(sys.argv) > 3:
        os.environ["QT_SCALE_FACTOR"] = sys.argv[3]
    app = QApplication(sys.argv)
    manager().apply(app, sys.argv[2] if len(sys.argv) > 2 else "dark")
    window = QWidget()
    window.setObjectName("gallery")
    window.setAutoFillBackground(True)
    left = column(strips(), texts(), buttons(), marks(), all_icons(), banner(), None, spacing=12)
    right = column(form(), (plots(), 1), spacing=12)
    holder = QWidget()
    holder.setLayout(right)
    holder.setFixedWidth(452)
    window.setLayout(row((left, 1), (holder, 0), margins=(12, 12, 12, 12), spacing=12))
    window.resize(1400, 1000)
    window.show()
    for _ in range(5):
        app.processEvents()
    window.grab().save(sys.argv[1])


if __name__ == "__main__":
    main()
