"""Drawing the height field with OpenGL 3.3 into a picture, without any window.

The picture is drawn off the screen and handed to Qt as an image. So the window stays one that Qt paints as ever (a
QOpenGLWidget would have all of it composed by OpenGL, which is slow where OpenGL is software), text and marks are drawn
by QPainter over it, and an export of any resolution draws the same again. What was drawn stays: new pieces of trails
are drawn onto it, with the depths that are there.

Importing this module needs PyOpenGL; `SurfaceRenderer` needs a driver, and says `NoOpenGL` when there is none.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat
from shiboken6 import isValid

from lab.core.errors import LabError
from lab.panels.race.surface_trails import PIECE, Pieces


def _name_platform() -> None:
    """Tell PyOpenGL which of GLX and EGL Qt uses; by itself it asks the session, which may mean another."""
    if sys.platform == "linux":
        glx = QGuiApplication.platformName() in ("xcb", "offscreen") and "egl" not in os.environ.get(
            "QT_XCB_GL_INTEGRATION", ""
        )
        os.environ.setdefault("PYOPENGL_PLATFORM", "glx" if glx else "egl")


_name_platform()

from OpenGL import GL  # noqa: E402

#: Edges are smoothed over this many samples of a pixel.
SAMPLES = 4
_SURFACE = (
    """#version 330 core
    layout(location = 0) in vec3 position;
    layout(location = 1) in vec3 normal;
    uniform mat4 to_clip;
    uniform float top;
    out vec3 at;
    out vec3 upright;
    out float shade;
    void main() {
        gl_Position = to_clip * vec4(position, 1.0);
        at = position;
        upright = normal;
        shade = position.z / top;
    }""",
    """#version 330 core
    in vec3 at;
    in vec3 upright;
    in float shade;
    uniform sampler2D colors;
    uniform vec3 light;
    uniform vec2 levels;       // lowest contour, distance to the next, as shades
    uniform float last_level;
    uniform vec4 contour;      // colour and opacity of contours
    uniform vec4 grid;         // offset and distance of the lines along x and y
    uniform vec4 wire;         // their colour and opacity
    out vec4 color;
    float line(float value, float wide) {
        float off = abs(fract(value - 0.5) - 0.5) / max(fwidth(value), 1e-9);
        return 1.0 - smoothstep(wide - 0.7, wide + 0.5, off);
    }
    void main() {
        vec3 base = texture(colors, vec2(0.5 / 256.0 + clamp(shade, 0.0, 1.0) * 255.0 / 256.0, 0.5)).rgb;
        vec3 n = normalize(upright) * (gl_FrontFacing ? 1.0 : -1.0);
        float lit = (0.70 + 0.42 * max(dot(n, light), 0.0)) * (gl_FrontFacing ? 1.0 : 0.8);
        color = vec4(base * lit, 1.0);
        vec2 net = (at.xy - grid.xy) / grid.zw;
        color.rgb = mix(color.rgb, wire.rgb, wire.a * max(line(net.x, 0.5), line(net.y, 0.5)));
        float level = (shade - levels.x) / levels.y;
        float on = step(levels.x - 0.01, shade) * step(shade, last_level + 0.01);
        color.rgb = mix(color.rgb, contour.rgb, contour.a * on * line(level, 0.6));
    }""",
)
# Wide lines are not in OpenGL's core: each piece becomes a rectangle that faces the eye.
_LINES = (
    """#version 330 core
    layout(location = 0) in vec3 a;
    layout(location = 1) in vec3 b;
    layout(location = 2) in vec4 rgba;
    layout(location = 3) in float width;
    uniform mat4 to_clip;
    uniform vec2 pixels;
    uniform float ratio;       // pixels of the picture for one of the screen
    uniform float lift;        // toward the eye, so that a line lies on the surface and not in it
    uniform float wider;
    uniform vec4 tint;         // takes the place of the colour by its opacity; in w
    uniform float opacity;
    out vec4 ink;
    void main() {
        vec4 from = to_clip * vec4(a, 1.0), to = to_clip * vec4(b, 1.0);
        vec2 along = (to.xy / to.w - from.xy / from.w) * pixels;
        along = length(along) > 1e-6 ? normalize(along) : vec2(1.0, 0.0);
        vec2 across = vec2(-along.y, along.x);
        float half_width = 0.5 * (width + wider) * ratio;
        float end = float(gl_VertexID / 2) * 2.0 - 1.0, side = float(gl_VertexID % 2) * 2.0 - 1.0;
        vec4 place = end < 0.0 ? from : to;
        float cap = wider > 0.0 ? 0.0 : 0.35 * half_width;
        place.xy += (across * side * half_width + along * end * cap) * 2.0 / pixels * place.w;
        place.z -= lift * place.w;
        gl_Position = place;
        ink = vec4(mix(rgba.rgb, tint.rgb, tint.a), rgba.a * opacity);
    }""",
    """#version 330 core
    in vec4 ink;
    out vec4 color;
    void main() { color = ink; }""",
)
_DOTS = (
    """#version 330 core
    layout(location = 0) in vec3 position;
    layout(location = 1) in vec4 rgba;
    uniform mat4 to_clip;
    uniform float size;
    uniform float lift;
    out vec4 ink;
    void main() {
        gl_Position = to_clip * vec4(position, 1.0);
        gl_Position.z -= lift * gl_Position.w;
        gl_PointSize = size;
        ink = rgba;
    }""",
    """#version 330 core
    in vec4 ink;
    out vec4 color;
    void main() {
        if (length(gl_PointCoord - 0.5) > 0.5) discard;
        color = ink;
    }""",
)
#: Bytes of a dot: where, and its colour.
DOT = np.dtype([("at", "<f4", 3), ("rgba", "u1", 4)])


class NoOpenGL(LabError):
    """Nothing can be drawn with OpenGL here; the message says why."""


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
        self._programs = {name: _program(*parts) for name, parts in _PROGRAMS.items()}
        self._colors = GL.glGenTextures(1)
        self._arrays = dict(zip(_PROGRAMS, GL.glGenVertexArrays(3), strict=True))
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
            format = QOpenGLFramebufferObjectFormat()
            format.setSamples(SAMPLES)
            format.setAttachment(QOpenGLFramebufferObject.Attachment.Depth)
            self._target = QOpenGLFramebufferObject(size, format)
            if not self._target.isValid():
                raise NoOpenGL(f"the driver gives no picture of {size.width()} x {size.height()} pixels")
        self._matrix, self._ratio = matrix.astype(np.float32), ratio
        self._resume()
        GL.glClearColor(*background, 1.0)
        GL.glDepthMask(True)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)

    def _resume(self) -> None:
        assert self._target is not None
        self._enter()
        self._target.bind()
        GL.glViewport(0, 0, self._target.width(), self._target.height())
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glEnable(GL.GL_MULTISAMPLE)
        GL.glEnable(GL.GL_BLEND)
        GL.glEnable(GL.GL_PROGRAM_POINT_SIZE)
        GL.glBlendFunc(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA)

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
        """Draw round dots, `size` pixels of the screen across."""
        if not len(dots):
            return
        self._resume()
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
        assert self._target is not None
        self._enter()
        image = self._target.toImage()
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
        self._target = None
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


_PROGRAMS = {"surface": _SURFACE, "lines": _LINES, "dots": _DOTS}


def _program(vertex: str, fragment: str) -> int:
    made = GL.glCreateProgram()
    for kind, source in ((GL.GL_VERTEX_SHADER, vertex), (GL.GL_FRAGMENT_SHADER, fragment)):
        shader = GL.glCreateShader(kind)
        GL.glShaderSource(shader, source)
        GL.glCompileShader(shader)
        if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
            raise NoOpenGL(f"the driver refuses a shader: {_first_line(GL.glGetShaderInfoLog(shader))}")
        GL.glAttachShader(made, shader)
    GL.glLinkProgram(made)
    if not GL.glGetProgramiv(made, GL.GL_LINK_STATUS):
        raise NoOpenGL(f"the driver refuses a shader: {_first_line(GL.glGetProgramInfoLog(made))}")
    return int(made)


def _first_line(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return text.strip().split("\n")[0]


def _attribute(place: int, count: int, kind: Any, stride: int, offset: int) -> None:
    GL.glEnableVertexAttribArray(place)
    whole = kind == GL.GL_UNSIGNED_BYTE
    GL.glVertexAttribPointer(place, count, kind, whole, stride, ctypes.c_void_p(offset))


def _fill(target: Any, buffer: int, data: NDArray[Any], use: Any) -> None:
    held = np.ascontiguousarray(data)
    GL.glBindBuffer(target, buffer)
    GL.glBufferData(target, held.nbytes, held, use)
