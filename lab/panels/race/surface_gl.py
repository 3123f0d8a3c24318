"""Drawing the height field with OpenGL 3.3 into a picture, without any window.

The picture is drawn off the screen and handed to Qt as an image. So the window stays one that Qt paints as ever (a
QOpenGLWidget would have all of it composed by OpenGL, which is slow where OpenGL is software), text and marks are drawn
by QPainter over it, and an export of any resolution draws the same again. What was drawn stays: new pieces of trails
are drawn onto it, with the depths that are there.

Importing this module needs PyOpenGL; `SurfaceRenderer` needs a driver, and says `NoOpenGL` when there is none.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import (
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat
from shiboken6 import isValid

from lab.panels.race.surface_shaders import PROGRAMS, NoOpenGL, program_of
from lab.panels.race.surface_trails import PIECE, Pieces

#: Edges are smoothed over this many samples of a pixel.
SAMPLES = 4
#: Bytes of a dot: where, and its colour.
DOT = np.dtype([("at", "<f4", 3), ("rgba", "u1", 4)])


class SurfaceRenderer:
    """A context of its own, the height field on the graphics card, and a picture to draw it into.

    Raises
    ------
    NoOpenGL
        Where the platform gives no context of version 3.3, or the driver refuses a shader.
    """

    def __init__(self) -> None:
        wanted = QSurfaceFormat()
        wanted.setVersion(3, 3)
        wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
        self._context = QOpenGLContext()
        self._context.setFormat(wanted)
        if not self._context.create():
            raise NoOpenGL("this display gives no context")
        given = self._context.format()
        if given.version() < (3, 3) or self._context.isOpenGLES():
            es = " ES" if self._context.isOpenGLES() else ""
            raise NoOpenGL(f"version 3.3 is needed, the driver has {'.'.join(map(str, given.version()))}{es}")
        self._surface = QOffscreenSurface()
        self._surface.setFormat(given)
        self._surface.create()
        self._target: QOpenGLFramebufferObject | None = None
        #: What comes and goes is drawn onto a copy of the picture.
        self._copy: QOpenGLFramebufferObject | None = None
        self._copied = False
        self._faces = 0
        self._held = 0
        self._room = 0
        self._matrix = np.eye(4, dtype=np.float32)
        self._ratio = 1.0
        try:
            self._enter()
            self._build()
        except NoOpenGL:
            raise
        except Exception as failure:
            raise NoOpenGL(str(failure).strip().split("\n")[0] or type(failure).__name__) from failure

    def _enter(self) -> None:
        if not self._context.makeCurrent(self._surface):
            raise NoOpenGL("the context can't be used")

    def _build(self) -> None:
        self.driver = GL.glGetString(GL.GL_RENDERER).decode("utf-8", "replace")
        self._largest = min(int(GL.glGetIntegerv(GL.GL_MAX_RENDERBUFFER_SIZE)), 8192)
        self._programs = {name: program_of(*parts) for name, parts in PROGRAMS.items()}
        self._colors = GL.glGenTextures(1)
        self._arrays = dict(zip(PROGRAMS, GL.glGenVertexArrays(3), strict=True))
        self._mesh, self._indices, self._pieces, self._dots, self._box = GL.glGenBuffers(5)
        self._boxes = GL.glGenVertexArrays(1)
        GL.glBindVertexArray(self._arrays["surface"])
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._mesh)
        GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, self._indices)
        _attribute(0, 3, GL.GL_FLOAT, 24, 0)
        _attribute(1, 3, GL.GL_FLOAT, 24, 12)
        for array, buffer in ((self._arrays["lines"], self._pieces), (self._boxes, self._box)):
            GL.glBindVertexArray(array)
            GL.glBindBuffer(GL.GL_ARRAY_BUFFER, buffer)
            for place, (count, kind, offset) in enumerate(
                ((3, GL.GL_FLOAT, 0), (3, GL.GL_FLOAT, 12), (4, GL.GL_UNSIGNED_BYTE, 24), (1, GL.GL_FLOAT, 28))
            ):
                _attribute(place, count, kind, PIECE.itemsize, offset)
                GL.glVertexAttribDivisor(place, 1)
        GL.glBindVertexArray(self._arrays["dots"])
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._dots)
        _attribute(0, 3, GL.GL_FLOAT, DOT.itemsize, 0)
        _attribute(1, 4, GL.GL_UNSIGNED_BYTE, DOT.itemsize, 12)

    # -- what is drawn -------------------------------------------------------------------------------------------

    def set_surface(self, vertices: NDArray[np.float32], faces: NDArray[np.uint32]) -> None:
        """Take another height field: nodes (n, 6) with normals, triangles (m, 3)."""
        self._enter()
        GL.glBindVertexArray(self._arrays["surface"])
        _fill(GL.GL_ARRAY_BUFFER, self._mesh, vertices, GL.GL_STATIC_DRAW)
        _fill(GL.GL_ELEMENT_ARRAY_BUFFER, self._indices, faces, GL.GL_STATIC_DRAW)
        self._faces = faces.size

    def set_colors(self, lut: NDArray[np.uint8]) -> None:
        """Take another ramp of 256 colours, shape (256, 3)."""
        self._enter()
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._colors)
        for setting in (GL.GL_TEXTURE_MIN_FILTER, GL.GL_TEXTURE_MAG_FILTER):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, setting, GL.GL_LINEAR)
        for setting in (GL.GL_TEXTURE_WRAP_S, GL.GL_TEXTURE_WRAP_T):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, setting, GL.GL_CLAMP_TO_EDGE)
        data = np.ascontiguousarray(lut)
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, 0, GL.GL_RGB8, len(lut), 1, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE, data
        )  # fmt: skip

    def set_pieces(self, pieces: Pieces, first: int) -> None:
        """Let the trails be `pieces`; those before `first` are there already."""
        self._enter()
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._pieces)
        if len(pieces) > self._room:
            self._room, first = 2 * len(pieces), 0
            GL.glBufferData(GL.GL_ARRAY_BUFFER, self._room * PIECE.itemsize, None, GL.GL_DYNAMIC_DRAW)
        if len(pieces) > first:
            new = np.ascontiguousarray(pieces[first:])
            GL.glBufferSubData(GL.GL_ARRAY_BUFFER, first * PIECE.itemsize, new.nbytes, new)
        self._held = len(pieces)

    # -- drawing -------------------------------------------------------------------------------------------------

    def begin(self, size: QSize, ratio: float, background: tuple[float, float, float], matrix: NDArray[Any]) -> None:
        """Start a picture of `size` pixels, `ratio` of them for one of the screen, seen through `matrix`."""
        self._enter()
        size = size.boundedTo(QSize(self._largest, self._largest)).expandedTo(QSize(1, 1))
        if self._target is None or self._target.size() != size:
            self._copy = None
            self._target = _picture(size)
        self._matrix, self._ratio = matrix.astype(np.float32), ratio
        self._resume()
        GL.glClearColor(*background, 1.0)
        GL.glDepthMask(True)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)

    def _resume(self, copy: bool = False) -> None:
        assert self._target is not None
        self._enter()
        self._copied = copy
        if copy:
            if self._copy is None:
                self._copy = _picture(self._target.size())
            both = GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT
            QOpenGLFramebufferObject.blitFramebuffer(self._copy, self._target, int(both))
            self._copy.bind()
        else:
            self._target.bind()
        GL.glViewport(0, 0, self._target.width(), self._target.height())
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glEnable(GL.GL_MULTISAMPLE)
        GL.glEnable(GL.GL_BLEND)
        GL.glEnable(GL.GL_PROGRAM_POINT_SIZE)
        # The picture itself stays opaque, whatever is laid over it.
        GL.glBlendFuncSeparate(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)

    def draw_surface(self, **look: float | tuple[float, ...]) -> None:
        """Draw the height field; `look` are the values that its shader asks for by name."""
        if not self._faces:
            return
        program = self._programs["surface"]
        GL.glUseProgram(program)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._colors)
        self._give(program, colors=0, **look)
        GL.glBindVertexArray(self._arrays["surface"])
        GL.glDepthMask(True)
        GL.glDepthFunc(GL.GL_LESS)
        GL.glDrawElements(GL.GL_TRIANGLES, self._faces, GL.GL_UNSIGNED_INT, None)

    def draw_box(self, pieces: Pieces) -> None:
        """Draw thin lines in space."""
        GL.glBindVertexArray(self._boxes)
        _fill(GL.GL_ARRAY_BUFFER, self._box, pieces, GL.GL_STREAM_DRAW)
        self._lines(0, len(pieces), lift=0.0)

    def draw_pieces(self, first: int, ink: tuple[float, float, float], ghost: float) -> None:
        """Draw the trails' pieces from `first` on: with a casing, and where the surface hides them, as a `ghost`."""
        if first >= self._held:
            return
        self._resume()
        GL.glBindVertexArray(self._arrays["lines"])
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._pieces)
        self._point_at(first)
        count = self._held - first
        self._lines(0, count, lift=0.0035, hidden=True, opacity=ghost, wider=-0.6)
        self._lines(0, count, lift=0.0035, tint=(*ink, 1.0), wider=2.0, opacity=0.5)
        self._lines(0, count, lift=0.0045)
        self._point_at(0)

    def _point_at(self, first: int) -> None:
        """Let instance 0 be the piece `first`: OpenGL 3.3 has no base instance."""
        start = first * PIECE.itemsize
        for place, (count, kind, offset) in enumerate(
            ((3, GL.GL_FLOAT, 0), (3, GL.GL_FLOAT, 12), (4, GL.GL_UNSIGNED_BYTE, 24), (1, GL.GL_FLOAT, 28))
        ):
            _attribute(place, count, kind, PIECE.itemsize, start + offset)

    def _lines(
        self,
        first: int,
        count: int,
        *,
        lift: float,
        hidden: bool = False,
        wider: float = 0.0,
        tint: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0),
        opacity: float = 1.0,
    ) -> None:
        assert self._target is not None
        program = self._programs["lines"]
        GL.glUseProgram(program)
        size = (float(self._target.width()), float(self._target.height()))
        self._give(program, pixels=size, ratio=self._ratio, lift=lift, wider=wider, tint=tint, opacity=opacity)
        GL.glDepthMask(False)
        GL.glDepthFunc(GL.GL_GREATER if hidden else GL.GL_LEQUAL)
        GL.glDrawArraysInstanced(GL.GL_TRIANGLE_STRIP, first, 4, count)

    def draw_dots(self, dots: NDArray[Any], size: float) -> None:
        """Draw round dots, `size` pixels of the screen across, over a copy of what is there: they leave no trace."""
        self._resume(copy=True)
        if not len(dots):
            return
        program = self._programs["dots"]
        GL.glUseProgram(program)
        self._give(program, size=size * self._ratio, lift=0.0045)
        GL.glBindVertexArray(self._arrays["dots"])
        _fill(GL.GL_ARRAY_BUFFER, self._dots, dots, GL.GL_STREAM_DRAW)
        GL.glDepthMask(False)
        GL.glDepthFunc(GL.GL_LEQUAL)
        GL.glDrawArrays(GL.GL_POINTS, 0, len(dots))

    def image(self) -> QImage:
        """What has been drawn."""
        target = self._copy if self._copied else self._target
        assert target is not None
        self._enter()
        image = target.toImage()
        image.setDevicePixelRatio(self._ratio)
        return image

    def belong_to(self, owner: QObject) -> None:
        """Let the context live as long as `owner`; call `close` when that goes."""
        self._context.setParent(owner)
        self._surface.setParent(owner)

    def close(self) -> None:
        """Give back what the graphics card holds."""
        if not (isValid(self._context) and isValid(self._surface)):
            return  # the application is ending: Qt has taken all of it down
        self._context.makeCurrent(self._surface)
        self._target = self._copy = None
        self._context.doneCurrent()
        self._surface.destroy()

    def _give(self, program: int, **values: float | tuple[float, ...]) -> None:
        place = GL.glGetUniformLocation(program, "to_clip")
        GL.glUniformMatrix4fv(place, 1, True, self._matrix)
        for name, value in values.items():
            place = GL.glGetUniformLocation(program, name)
            if isinstance(value, int):
                GL.glUniform1i(place, value)
            elif isinstance(value, float):
                GL.glUniform1f(place, value)
            else:
                (GL.glUniform2f, GL.glUniform3f, GL.glUniform4f)[len(value) - 2](place, *value)


def _picture(size: QSize) -> QOpenGLFramebufferObject:
    format = QOpenGLFramebufferObjectFormat()
    format.setSamples(SAMPLES)
    format.setAttachment(QOpenGLFramebufferObject.Attachment.Depth)
    made = QOpenGLFramebufferObject(size, format)
    if not made.isValid():
        raise NoOpenGL(f"the driver gives no picture of {size.width()} x {size.height()} pixels")
    return made


def _attribute(place: int, count: int, kind: Any, stride: int, offset: int) -> None:
    GL.glEnableVertexAttribArray(place)
    whole = kind == GL.GL_UNSIGNED_BYTE
    GL.glVertexAttribPointer(place, count, kind, whole, stride, ctypes.c_void_p(offset))


def _fill(target: Any, buffer: int, data: NDArray[Any], use: Any) -> None:
    held = np.ascontiguousarray(data)
    GL.glBindBuffer(target, buffer)
    GL.glBufferData(target, held.nbytes, held, use)
