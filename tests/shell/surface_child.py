"""Run by test_xvfb_surface.py as a process of its own: the race with its 3-D view, looked at and touched for real.

Writes what it saw as JSON to the path given; pictures lie beside it.
"""

import json
import logging
import sys
import tempfile
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from lab.app import make_app
from lab.panels import PANELS
from lab.ui import export
from lab.ui.settings import Settings
from lab.ui.theme import theme
from lab.ui.widgets import Text
from lab.ui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def pixels(image: QImage) -> np.ndarray:
    """Red, green and blue, shape (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., 2::-1].astype(int)


def near(picture: np.ndarray, role: str) -> int:
    """How many pixels have nearly the colour of a role."""
    color = theme().color(role)
    return int((np.abs(picture - [color.red(), color.green(), color.blue()]).max(axis=2) < 14).sum())


def main(out: Path) -> None:
    said: list[str] = []

    class Listen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.WARNING and "the card is gone" not in record.getMessage():
                said.append(record.getMessage())

    logging.getLogger().addHandler(Listen())
    app = make_app("dark")
    window = MainWindow(PANELS, Settings(Path(tempfile.mkdtemp())), inline_jobs=True)
    window.resize(1280, 800)
    window.open_panel("race", preset="himmelblau")
    window.show()
    view, experiment = window.docks[0].view, window.docks[0].experiment
    QTest.qWaitForWindowExposed(window)
    native = int(window.winId())
    QTest.mouseClick(view.buttons.surface, LEFT)
    experiment.seek(60)
    QTest.qWait(50)
    seen: dict[str, object] = {"absence": view.stages.absence, "platform": app.platformName()}
    surface = view.stages.view
    if surface is not None:
        seen["driver"] = surface._picture._renderer.driver
        seen["same_window"] = int(window.winId()) == native

        def look(name: str) -> np.ndarray:
            app.processEvents()
            image = surface.grab().toImage()
            image.save(str(out.with_name(f"{name}.png")))
            return pixels(image)

        first = look("first")
        seen["colours"] = len(np.unique(first.reshape(-1, 3), axis=0))
        seen["background"] = near(first, "surface") / first[..., 0].size
        seen["racers"] = {x.title: near(first, x.color_role) for x in view._looks}
        # The picture below the marks: trails alone.
        drawn = pixels(surface._picture.draw(surface.sight, 1.0))
        seen["trails"] = {x.title: near(drawn, x.color_role) for x in view._looks}

        # Grown piece by piece, it is the picture that is drawn at once.
        experiment.seek(0)
        app.processEvents()
        for step in range(1, 61):
            experiment.seek(step)
            surface.repaint()
        grown = pixels(surface._picture.draw(surface.sight, 1.0))
        seen["grown_differs"] = float((np.abs(grown - drawn).max(axis=2) > 60).mean())

        # A drag turns.
        before = surface.camera
        middle = QPoint(surface.width() // 2, surface.height() // 2)
        QTest.mousePress(surface, LEFT, pos=middle)
        for i in range(1, 6):
            QTest.mouseMove(surface, middle + QPoint(20 * i, 4 * i))
        QTest.mouseRelease(surface, LEFT, pos=middle + QPoint(100, 20))
        turned = look("turned")
        seen["turned_by"] = before.azimuth - surface.camera.azimuth
        seen["turned_differs"] = float((np.abs(turned - first).max(axis=2) > 12).mean())
        seen["starts_after_drag"] = int(experiment.frame().present.sum())
        QTest.keyClick(surface, Qt.Key.Key_Home)
        seen["home"] = surface.camera == before and view.look.camera == ()

        # A press drops a start where the surface is seen there.
        experiment.seek(0)
        wanted = np.array([-1.5, 1.0])
        x, y = surface.sight.pixels(surface.sight.place(wanted)[0])
        at = QPointF(x, y).toPoint()
        QTest.mouseClick(surface, LEFT, pos=at)
        experiment.set_playing(False)
        dropped = experiment.frame().starts[-1]
        seen["dropped"], seen["wanted"] = dropped.tolist(), wanted.tolist()
        there = surface.sight.pixels(surface.sight.place(dropped)[0])
        seen["off_by_pixels"] = float(np.hypot(*(there - (at.x(), at.y()))))
        # Beside the surface a press drops nothing.
        count = int(experiment.frame().present.sum())
        QTest.mouseClick(surface, LEFT, pos=QPoint(3, surface.height() // 2))
        seen["dropped_beside"] = int(experiment.frame().present.sum()) - count

        # Where there is little room, what is said there leaves the surface in sight.
        size = surface.size()
        seen["hints"] = []
        for width, height in ((size.width(), size.height()), (300, 200), (size.width(), size.height())):
            surface.resize(width, height)
            app.processEvents()
            seen["hints"].append([word.text() for word in surface.hint.findChildren(Text)])

        # Another landscape; the pointer over the surface is marked on the stage, and the other way round.
        view.choose_preset("rosenbrock")
        experiment.seek(20)
        other = look("rosenbrock")
        plain = pixels(view.stage.grab().toImage())
        x, y = surface.sight.pixels(surface.sight.place(np.array([-0.5, 1.5]))[0])
        QTest.mouseMove(surface, QPointF(x, y).toPoint())
        marked = pixels(view.stage.grab().toImage())
        changed = np.argwhere(np.abs(marked - plain).max(axis=2) > 60)
        place = view.stage.to_pixels(np.array([-0.5, 1.5]))
        away = np.hypot(*(changed[:, ::-1] - place).T)
        seen["marked_on_stage"] = int((away < 16).sum())
        seen["readout"] = view.stage.overlays.readout.isVisible()
        QTest.mouseMove(view.stage, QPointF(*view.stage.to_pixels(np.array([0.5, 0.0]))).toPoint())
        seen["marked_on_surface"] = list(surface._pointer)
        seen["landscape_differs"] = float((np.abs(other - first).max(axis=2) > 12).mean())
        export.png(view, out.with_name("panel.png"), scale=2.0)
        seen["export_ratio"] = surface._picture._picture.devicePixelRatio()
        large = pixels(QImage(str(out.with_name("panel.png"))))
        corner = surface.mapTo(view, QPoint(0, 0)) * 2
        fine = large[corner.y() : corner.y() + 2 * surface.height(), corner.x() : corner.x() + 2 * surface.width()]
        again = look("again")
        # Shrunk again it is the picture on the screen.
        mean = fine.reshape(fine.shape[0] // 2, 2, -1, 2, 3).mean(axis=(1, 3))
        seen["export_differs"] = float((np.abs(mean - again).max(axis=2) > 90).mean())
        QTest.mouseClick(view.buttons.surface, LEFT)
        app.processEvents()
        seen["off"] = not surface.isVisible()

        # A driver that gives up leaves a line in the view's place; asked again, it is tried again.
        view.set_look(surface=True)
        QTest.qWait(50)

        def give_up(*_: object) -> None:
            raise RuntimeError("the card is gone")

        surface._picture._renderer.begin = give_up
        surface.set_camera(surface.camera.turned(10, 0))
        QTest.qWait(100)
        seen["gone"] = view.stages.absence
        experiment.seek(25)
        app.processEvents()
        view.set_look(surface=False)
        view.set_look(surface=True)
        QTest.qWait(50)
        seen["back"] = view.stages.view is not None and view.stages.view.isVisible()
    seen["banner"] = view.banner.message
    seen["said"] = said
    out.write_text(json.dumps(seen, indent=1), "utf-8")
    window.close()
    window.deleteLater()
    app.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
