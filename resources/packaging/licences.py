"""Collect the licence notices of everything that the executable carries into one folder.

Each Python distribution ships its licence files in its metadata; the few that don't are answered for by
`STANDARD_TEXTS`. Libraries that PyInstaller took from the build machine (Linux only) bring Debian's copyright file.
A distribution without any text stops the build: shipping it would be unlawful.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from sysconfig import get_path

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
#: Distributions whose wheels name a licence but ship no text of it -> the texts, kept beside this script.
STANDARD_TEXTS = {
    "pyside6-essentials": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "shiboken6": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "pyopengl": ("PyOpenGL-licence.txt",),
}
#: What the executable carries of the lab's own extras: the 3-D view.
EXTRAS = ("gl",)
_QT_NOTE = """\
Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They lie as separate shared libraries in
the PySide6 folder of this program and can be replaced by compatible builds of your own. Their source code:
https://code.qt.io and https://download.qt.io/official_releases/QtForPython/
"""


def bundled(name: str = "visual-lab") -> list[Distribution]:
    """`name` and everything it needs at run time on this platform, by name; of extras only those of `EXTRAS`."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        dist = distribution(waiting.pop())
        key = _normal(dist.metadata["Name"])
        if key in found:
            continue
        found[key] = dist
        extras = ("", *EXTRAS) if dist.metadata["Name"] == name else ("",)
        for need in map(Requirement, dist.requires or ()):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(need.name)
    return [found[key] for key in sorted(found)]


def collect(target: Path, libraries: Iterable[Path] = ()) -> list[Path]:
    """Write the notices below `target`, a folder each, and return the files written.

    Parameters
    ----------
    target : Path
        Emptied first.
    libraries : iterable of Path
        Shared libraries in the bundle that come from the build machine.
    """
    shutil.rmtree(target, ignore_errors=True)
    for dist in [*bundled(), distribution("pyinstaller")]:
        name = _normal(dist.metadata["Name"])
        texts = dict(_texts(dist, name))
        if not texts:
            raise SystemExit(f"no licence text is known for {name}: add it to STANDARD_TEXTS in {__file__}")
        head = f"{dist.metadata['Name']} {dist.version}\n{dist.metadata.get('Summary', '')}\n"
        _write(target / name, texts | {"ABOUT.txt": head + (_QT_NOTE if name.startswith("pyside6") else "")})
    _write(target / "python", {"LICENSE.txt": _python_licence()})
    for package, text in _of_debian_packages(libraries):
        _write(target / "system" / package, {"copyright.txt": text})
    return sorted(path for path in target.rglob("*") if path.is_file())


def _texts(dist: Distribution, name: str) -> Iterator[tuple[str, str]]:
    for file in dist.files or ():
        inside = "dist-info" in file.parts[0] and file.suffix != ".py"
        if inside and _LICENCE_FILE.search(file.name) and Path(str(file.locate())).is_file():
            # licenses/numpy/fft/pocketfft/LICENSE.md -> numpy-fft-pocketfft-LICENSE.md
            parts = [part for part in file.parts[1:] if part != "licenses"]
            yield "-".join(parts), Path(str(file.locate())).read_text("utf-8", errors="replace")
        elif file.suffix.lower() in (".ttf", ".otf"):
            yield f"{file.name}.txt", font_notice(Path(str(file.locate())).read_bytes())
    for text in STANDARD_TEXTS.get(name, ()):
        yield text, (HERE / "texts" / text).read_text("utf-8")
    if name == "visual-lab":
        yield "LICENSE", (ROOT / "LICENSE").read_text("utf-8")
    elif name == "latex2mathml":  # states MIT and its author in the metadata, and ships no text
        yield "LICENSE.txt", _mit(f"Copyright (c) 2016 {dist.metadata.get('Author') or 'Ronie Martinez'}")


def font_notice(font: bytes) -> str:
    """What an OpenType font says of its own copyright (0), trademark (7), licence (13) and where to find it (14).

    The ``name`` table is found through the directory at byte 12 (16 bytes an entry: tag, checksum, offset, length);
    its records are six 16-bit numbers: platform, encoding, language, name, length, offset. Source: OpenType
    specification, "name - Naming Table".
    """
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8) for at in range(12, 12 + 16 * tables, 16)}
    start, _ = directory[b"name"]
    _, count, strings = struct.unpack_from(">HHH", font, start)
    found: dict[int, str] = {}
    for i in range(count):
        platform, _, _, name, length, offset = struct.unpack_from(">HHHHHH", font, start + 6 + 12 * i)
        if name in (0, 7, 13, 14) and platform == 3:  # Windows: always UTF-16, big-endian
            at = start + strings + offset
            found.setdefault(name, font[at : at + length].decode("utf-16-be"))
    return "\n\n".join(found[name] for name in sorted(found)) + "\n"


def _mit(copyright_line: str) -> str:
    """The MIT licence with another's name: the lab's own text from the permission on."""
    own = (ROOT / "LICENSE").read_text("utf-8")
    return f"MIT License\n\n{copyright_line}\n\n{own[own.index('Permission is hereby') :]}"


def _python_licence() -> str:
    stdlib = Path(get_path("stdlib"))
    for place in (stdlib / "LICENSE.txt", stdlib.parent / "LICENSE.txt", stdlib.parents[1] / "LICENSE"):
        if place.is_file():
            return place.read_text("utf-8")
    debian = sorted(Path("/usr/share/doc").glob("python3*/copyright"))
    if not debian:
        raise SystemExit(f"Python's own licence is not beside {stdlib}")
    return debian[-1].read_text("utf-8")


def _of_debian_packages(libraries: Iterable[Path]) -> Iterator[tuple[str, str]]:
    owners: set[str] = set()
    if shutil.which("dpkg-query"):
        for library in libraries:
            # Since /usr was merged a file may be recorded under /lib.
            real = library.resolve()
            for path in (str(real), str(real).removeprefix("/usr")):
                done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    owners.add(done.stdout.split(":")[0])
                    break
    for owner in sorted(owners):
        notice = Path("/usr/share/doc") / owner / "copyright"
        if notice.is_file():
            yield owner, notice.read_text("utf-8", errors="replace")


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
