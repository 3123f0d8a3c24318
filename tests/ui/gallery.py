"""Everything in the kit in one window: ``python tests/ui/gallery.py OUT.png [dark|light] [scale]``."""

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if len(sys.argv) > 3:
    os.environ["QT_SCALE_FACTOR"] = sys.argv[3]

from PySide6.QtCore import QSize, Qt  # noqa: E402
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QLabel, QLineEdit, QProgressBar, QWidget  # noqa: E402

from lab.ui import icons  # noqa: E402
from lab.ui.theme import manager  # noqa: E402
from lab.ui.widgets import *  # noqa: F403, E402


def texts() -> Card:
    kinds = [Text(f"{k} 0123 −4.56", k) for k in ("tick", "caption", "body", "medium", "strong", "title", "metric", "mono")]
    roles = [Text(r, "caption", role=r) for r in ("text", "muted", "faint", "ok", "warn", "error", "accent", "forward", "gradient")]
    return Card(Text("Text", "strong"), *kinds, HLine(), row(*roles, None))


def buttons() -> Card:
    off = Button("Disabled", "export")
    off.setEnabled(False)
    chips = [Button(t, kind="chip", checkable=True) for t in ("SVM", "kNN", "Tree", "Forest")]
    chips[0].setChecked(True)
    play = IconButton("pause-fill", "Pause", kind="play")
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
    card = Card(
        Text("Controls", "strong"),
        row(Button("Compare", "columns"), Button("Lesson", "graduation-cap"), off, Button("Run", kind="primary"), None),
        row(*chips, None, Segmented(["A", "B", "Mean"], "Start")),
        row(IconButton("skip-back-fill", "Start"), IconButton("caret-left-fill", "Back"), play, IconButton("caret-right-fill", "Step"), *tools, None, IconButton("dots-three", "More", size=20)),
        row(combo, search), row(check, box, on, off2, None), bar,
    )
    return card


def marks() -> Card:
    roles = ["blue", "vermillion", "green", "purple", "yellow", "sky", "ink"]
    glyphs = [Glyph(s, roles[i % 7], size=13, box=24, halo=i == 4) for i, s in enumerate(SYMBOLS)]
    legend = Overlay(*[x for c, t in (("gradient", "descent direction −∇f"), ("forward", "momentum −m̂"), ("text", "update Δθ")) for x in (Swatch(c), Text(t, "caption"))])
    bar = Overlay(Text("f(θ)", "caption"), Text("0", "tick"), ColorBar(), Text("10³", "tick"))
    return Card(Text("Marks", "strong"), row(*glyphs, None, spacing=2), row(legend, None), row(bar, ColorBar("diverging"), None))


def all_icons() -> Card:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    for i, name in enumerate(icons.names()):
        label = QLabel()
        label.setPixmap(icons.pixmap(name, 18, "muted", label.devicePixelRatioF() * float(os.environ.get("QT_SCALE_FACTOR", 1))))
        label.setToolTip(name)
        grid.addWidget(label, i // 24, i % 24)
    logo = QLabel()
    logo.setPixmap(icons.logo(48, 2))
    return Card(row(logo, Text("Visual Lab", "title"), None), holder)


def banner() -> ErrorBanner:
    made = ErrorBanner()
    made.show_error("runs[1].config.learning_rate: 0 is not above 0", "Traceback …")
    return made


def main() -> None:
    app = QApplication(sys.argv)
    manager().apply(app, sys.argv[2] if len(sys.argv) > 2 else "dark")
    window = QWidget()
    window.setObjectName("gallery")
    window.setAutoFillBackground(True)
    left = column(texts(), buttons(), marks(), all_icons(), banner(), None, spacing=12)
    right = column(None, spacing=12)
    window.setLayout(row((left, 1), (right, 1), margins=(12, 12, 12, 12), spacing=12))
    window.resize(1400, 1000)
    window.show()
    for _ in range(5):
        app.processEvents()
    window.grab().save(sys.argv[1])


if __name__ == "__main__":
    main()
