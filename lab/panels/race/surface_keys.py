"""The keys of the 3-D view: arrows turn it, plus and minus zoom, Home shows everything."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from lab.panels.race.surface_camera import Camera

#: Degrees of turning, and nearer by a factor, for one press.
TURN, NEARER = 6.0, 1.15
_TURNS = {
    Qt.Key.Key_Left: (-TURN, 0.0),
    Qt.Key.Key_Right: (TURN, 0.0),
    Qt.Key.Key_Up: (0.0, TURN),
    Qt.Key.Key_Down: (0.0, -TURN),
}
_ZOOMS = {Qt.Key.Key_Plus: NEARER, Qt.Key.Key_Equal: NEARER, Qt.Key.Key_Minus: 1 / NEARER}
#: With Shift, too, which a plus needs on many keyboards; with any other modifier a key is for the window.
_ALLOWED = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier


def by_key(camera: Camera, event: QKeyEvent) -> Camera | None:
    """Where a key makes it be seen from; None when the key is not for the view."""
    key = Qt.Key(event.key())
    if event.modifiers() & ~_ALLOWED:
        return None
    if key == Qt.Key.Key_Home:
        return Camera()
    if key in _TURNS:
        return camera.turned(*_TURNS[key])
    return camera.zoomed(_ZOOMS[key]) if key in _ZOOMS else None
