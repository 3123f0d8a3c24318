"""The programs that run on the graphics card, for the surface, the lines on it and the dots of a crowd."""

from __future__ import annotations

from OpenGL import GL

from lab.core.errors import LabError


class NoOpenGL(LabError):
    """Nothing can be drawn with OpenGL here; the message says why."""


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

PROGRAMS = {"surface": _SURFACE, "lines": _LINES, "dots": _DOTS}


def program_of(vertex: str, fragment: str) -> int:
    """Compile and link; `NoOpenGL` gives the driver's own words."""
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
