"""The scripts of the executable's build: what is trimmed, which notices are collected, how icons are packed."""

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

import PIL
import pytest

from lab.ui.moving import PLUGINS

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "resources" / "packaging"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


trim = script("trim")
licences = script("licences")


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland-generic.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6\\plugins\\styles\\qmodernwindowsstyle.dll",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "lab/_resources/fonts/Inter-Regular.ttf",
        "somewhere/plugins/else/thing.so",
    ],
)
def test_what_a_window_needs_stays(place: str) -> None:
    assert trim.wanted((place, "", "BINARY"))


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platforms/libqminimalegl.so",
        "PySide6/Qt/plugins/platforms/libqwayland-egl.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6\\plugins\\tls\\qopensslbackend.dll",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6\\translations\\qtbase_de.qm",
        "OpenGL\\DLLS\\freeglut64.vc14.dll",
    ],
)
def test_what_nothing_asks_for_goes(place: str) -> None:
    assert not trim.wanted((place, "", "BINARY"))


def test_libraries_go_with_the_plugin_that_needed_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    linked = {
        "/src/a.so": {("libshared.so.1", "/lib/libshared.so.1")},
        "/lib/libshared.so.1": {("libdeep.so", None)},
        "/src/libqgtk3.so": {("libgtk.so", None), ("libshared.so.1", None)},
    }
    entries = [
        ("numpy/a.so", "/src/a.so", "EXTENSION"),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", "/src/libqgtk3.so", "BINARY"),
        ("libshared.so.1", "/lib/libshared.so.1", "BINARY"),
        ("deep/libdeep.so", "/lib/libdeep.so", "BINARY"),
        ("libgtk.so", "/lib/libgtk.so", "BINARY"),
        ("libpython3.11.so.1.0", "/lib/libpython3.11.so.1.0", "BINARY"),
        ("libdeep.so", "deep/libdeep.so", "SYMLINK"),
        ("libgone.so", "libgtk.so", "SYMLINK"),
        ("fonts/a.ttf", "/src/a.ttf", "DATA"),
    ]
    kept = [entry[0] for entry in trim.trim(entries, lambda file: linked.get(file, set()))]
    assert kept == [
        "numpy/a.so", "libshared.so.1", "deep/libdeep.so", "libpython3.11.so.1.0", "libdeep.so", "fonts/a.ttf",
    ]  # fmt: skip


def test_nothing_the_lab_depends_on_is_excluded() -> None:
    needed = {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtSvg", "PySide6.QtOpenGL"}
    needed |= {"lab", "numpy", "contourpy", "ziamath", "ziafont", "latex2mathml", "pyqtgraph", "platformdirs", "json"}
    assert not needed & set(trim.EXCLUDED_MODULES)


def test_of_pillow_only_what_writes_films_stays() -> None:
    left_out = trim.pillow_leftovers(Path(PIL.__file__).parent)
    kept = {name.removeprefix("PIL.") for name in sys.modules if name.startswith("PIL.")} & {
        *(plugin.__name__.removeprefix("PIL.") for plugin in PLUGINS),
        *("Image", "ImageFile", "ImageSequence", "_imaging", "_webp", "features"),
    }
    assert len(kept) == 9
    assert not kept & {name.removeprefix("PIL.") for name in left_out}
    assert {"PIL.TiffImagePlugin", "PIL.AvifImagePlugin", "PIL._imagingft", "PIL.ImageTk"} <= set(left_out)


def test_every_bundled_distribution_brings_a_licence(tmp_path: Path) -> None:
    written = licences.collect(tmp_path / "licences")
    texts = [path for path in written if path.name != "ABOUT.txt"]
    longest = {
        folder.name: max(p.stat().st_size for p in texts if p.parent == folder) for folder in {p.parent for p in texts}
    }
    names = {licences._normal(dist.metadata["Name"]) for dist in licences.bundled()}
    assert {"visual-lab", "numpy", "pyside6-essentials", "shiboken6", "latex2mathml", "ziafont", "pyopengl"} <= names
    assert set(longest) == names | {"pyinstaller", "python"}
    assert min(longest.values()) > 1000
    assert "Bitstream" in (tmp_path / "licences" / "ziafont" / "DejaVuSans.ttf.txt").read_text("utf-8")
    assert "Open Font License" in (tmp_path / "licences" / "ziamath" / "STIXTwoMath-Regular.ttf.txt").read_text("utf-8")
    assert "pytest" not in names
    assert "LESSER GENERAL PUBLIC" in (tmp_path / "licences" / "shiboken6" / "LGPL-3.0.txt").read_text("utf-8")


def test_the_windows_icon_holds_its_pictures() -> None:
    data = (PACKAGING / "app.ico").read_bytes()
    _, kind, count = struct.unpack_from("<HHH", data)
    assert (kind, count) == (1, 7)
    for i in range(count):
        side, _, _, _, _, bits, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * i)
        picture = data[offset : offset + length]
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack_from(">II", picture, 16) == (side or 256, side or 256)
        assert bits == 32


def test_the_apple_icon_holds_its_pictures() -> None:
    data = (PACKAGING / "app.icns").read_bytes()
    assert data[:4] == b"icns"
    assert struct.unpack_from(">I", data, 4) == (len(data),)
    at, sides = 8, []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at + 4)
        assert data[at + 8 : at + 12] == b"\x89PNG"
        sides.append(struct.unpack_from(">I", data, at + 24)[0])
        at += length
    assert sorted(sides) == [16, 32, 32, 64, 128, 256, 256, 512]
