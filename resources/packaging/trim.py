"""What the executable leaves out, and why that is safe.

PyInstaller takes whatever is named anywhere in the source of a dependency, and every plug-in that a Qt library could
load. Most of it the lab never touches.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Entry = tuple[str, str, str]  # place in the bundle, origin, kind (BINARY, EXTENSION, DATA, SYMLINK, ...)

EXCLUDED_MODULES = [
    # Tools of the developer that a dependency names somewhere (numpy.testing names pytest, and so on).
    "pytest", "_pytest", "pygments", "hypothesis", "setuptools", "distutils", "pkg_resources", "IPython", "pip",
    # Optional parts of pyqtgraph, each imported inside a try or a function; the lab runs without them from source too.
    # The 3-D view draws with PyOpenGL, and not with pyqtgraph's widgets for it.
    "scipy", "matplotlib", "numba", "cupy", "h5py", "pyqtgraph.examples", "pyqtgraph.opengl",
    # References that the benchmark uses where they are installed; an executable has none.
    "sklearn", "torch", "gymnasium", "micrograd",
    # Other toolkits, and encryption: the lab opens no connection, and hashlib has SHA-256 of its own.
    "tkinter", "_tkinter", "ssl", "_ssl", "_hashlib",
    # Qt modules that nothing asks for. pyqtgraph tries QtTest and can do without; it needs QtOpenGL to be imported.
    "PySide6.QtTest", "PySide6.QtNetwork", "PySide6.QtDBus", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtSql",
    "PySide6.QtPrintSupport", "PySide6.QtXml", "PySide6.QtConcurrent", "PySide6.QtHelp", "PySide6.QtDesigner",
]  # fmt: skip

#: Of Pillow the lab writes GIF, PNG and WebP; `PIL.Image` itself names the three others of these.
_PILLOW = ("GifImagePlugin", "PngImagePlugin", "WebPImagePlugin", "BmpImagePlugin", "JpegImagePlugin", "PpmImagePlugin")
_PILLOW_EXTENSIONS = ("_imaging", "_webp")

#: Folder of Qt plug-ins -> those that stay (a pattern on the file's name); other folders go as a whole.
_PLUGINS = {
    "platforms": r"q(xcb|offscreen|minimal|wayland|windows|cocoa)",
    "imageformats": r"q(svg|ico|icns|jpeg|gif|webp)",  # PNG is part of Qt itself
    "iconengines": r"qsvgicon",
    "styles": r".",  # the native look of Windows and macOS; the lab draws Fusion, but file dialogs may ask
    "platformthemes": r"qxdgdesktopportal",  # dark or light, and the desktop's own file dialog; not GTK's 40 libraries
    "platforminputcontexts": r"(compose|ibus)platforminputcontext",  # dead keys and input methods
    "wayland-shell-integration": r"xdg-shell",
    "wayland-decoration-client": r".",
    "xcbglintegrations": r"qxcb-(egl|glx)",
}
_PLUGIN = re.compile(r"(?:^|/)plugins/(?P<folder>[^/]+)/(?:lib)?(?P<name>[^/]+)$")
#: q*.qm are Qt's own texts in other languages; the minimal GL plug-in would match "minimal"; PyOpenGL's wheel for
#: Windows carries GLUT and GLE, under licences of their own, which the lab doesn't use.
_UNWANTED = re.compile(
    r"(PySide6/(Qt/)?translations/|/libqminimalegl|wayland-egl|/libqwayland-xcomposite|(^|/)OpenGL/DLLS/)"
)


def pillow_leftovers(folder: Path) -> list[str]:
    """The modules of Pillow, installed in `folder`, that stay out: other formats, fonts, colour profiles, Tk."""
    plugins = {path.stem for path in folder.glob("*ImagePlugin.py")} - set(_PILLOW)
    extensions = {path.name.split(".")[0] for path in folder.glob("_*") if path.suffix in (".so", ".pyd")}
    others = {"ImageCms", "ImageFont", "ImageDraw", "ImageQt", "ImageTk", "ImageGrab", "ImageShow", "ImageMath"}
    return sorted(f"PIL.{name}" for name in plugins | extensions - set(_PILLOW_EXTENSIONS) | others)


def wanted(entry: Entry) -> bool:
    """True for what may stay in the bundle."""
    place = entry[0].replace("\\", "/")
    if _UNWANTED.search(place):
        return False
    plugin = _PLUGIN.search(place) if "PySide6" in place else None
    if plugin is None:
        return True
    allowed = _PLUGINS.get(plugin["folder"])
    return allowed is not None and re.match(allowed, plugin["name"]) is not None


def trim(entries: list[Entry], imports: Callable[[str], set[tuple[str, str | None]]]) -> list[Entry]:
    """What stays: what is wanted, and on Linux only the libraries that one of those needs.

    Without the second part the libraries of a plug-in that is gone (GTK's, for one) would stay behind. Elsewhere
    hardly anything is taken from the system, and libraries loaded by name only would be lost.

    Parameters
    ----------
    entries : list of (place, origin, kind)
        As PyInstaller's analysis gives them.
    imports : callable
        File -> {(name, full path or None)} of the libraries it is linked with.
    """
    kept = [entry for entry in entries if wanted(entry)]
    if sys.platform == "linux":
        kept = _needed(kept, imports)
    places = {entry[0] for entry in kept}
    return [e for e in kept if e[2] != "SYMLINK" or str(Path(e[0]).parent / e[1]).replace("\\", "/") in places]


def _needed(entries: list[Entry], imports: Callable[[str], set[tuple[str, str | None]]]) -> list[Entry]:
    files = [entry for entry in entries if entry[2] in ("BINARY", "EXTENSION")]
    libraries: dict[str, list[Entry]] = {}
    for entry in files:
        libraries.setdefault(Path(entry[0]).name, []).append(entry)
    # Starting points: modules of Python, plug-ins of Qt, and Python itself, which the bootloader opens by name.
    waiting = [
        e for e in files if e[2] == "EXTENSION" or "/plugins/" in e[0] or Path(e[0]).name.startswith("libpython")
    ]
    reached = {entry[0] for entry in waiting}
    while waiting:
        for name, _ in imports(waiting.pop()[1]):
            for entry in libraries.get(Path(name).name, ()):
                if entry[0] not in reached:
                    reached.add(entry[0])
                    waiting.append(entry)
    return [entry for entry in entries if entry[2] != "BINARY" or entry[0] in reached]


def strip_python(entries: list[Entry], folder: Path) -> list[Entry]:
    """The same, with Linux's libpython replaced by a copy in `folder` without its debugging symbols (some 15 MB).

    Only that one: stripping the libraries inside NumPy's wheel breaks them, and Qt's come stripped.
    """
    if sys.platform != "linux" or shutil.which("strip") is None:
        return entries
    changed = []
    for place, origin, kind in entries:
        if Path(place).name.startswith("libpython") and kind == "BINARY":
            copy = folder / Path(place).name
            shutil.copyfile(origin, copy)
            subprocess.run(["strip", "--strip-unneeded", str(copy)], check=True)
            changed.append((place, str(copy), kind))
        else:
            changed.append((place, origin, kind))
    return changed
