"""Moving pictures as files: GIF, APNG and WebP, written frame by frame.

Pillow encodes each picture; what holds pictures together (when each is shown, and where) is written here, because
Pillow keeps all frames until the last: a film of 200 frames at double size would take gigabytes. Of every frame only
the rectangle that differs from the one before is stored. Memory: two frames; time: that of encoding what moves.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image, PngImagePlugin, WebPImagePlugin, features

from lab.core.errors import BadValue

Pixels = NDArray[np.uint8]

#: Named, so that Pillow need not look for plug-ins: an executable has no others.
PLUGINS = (GifImagePlugin, PngImagePlugin, WebPImagePlugin)

#: A flat colour that covers so much of the samples is kept exactly by a GIF's palette.
FLAT_SHARE = 0.002
COLOURS = 255
#: A palette is chosen from about so many pixels.
ENOUGH = 2_000_000
#: Left out of the 256: "as in the frame before".
SAME = 255


class Film(ABC):
    """A file under way.

    Parameters
    ----------
    out : binary file
        Where it goes, at its beginning.
    size : (int, int)
        Width and height in px.
    frames : int
        How many will be added.
    fps : int
        Frames per second.
    """

    #: The longest side that the format can hold.
    LARGEST = 65_535
    #: What a frame takes in which little moves, and one in which much does, as shares of the first: measured on races.
    SHARES = (0.25, 0.85)

    def __init__(self, out: BinaryIO, size: tuple[int, int], frames: int, fps: int) -> None:
        if max(size) > self.LARGEST:
            raise BadValue("size", f"{size[0]} × {size[1]} px: this format holds {self.LARGEST:,} a side")
        self._out, self._size, self._frames, self._fps = out, size, frames, fps
        self._before: Pixels | None = None
        self._count = 0

    def prepare(self, samples: Sequence[Pixels]) -> None:
        """Look at some of the frames before the first is added; each an array (height, width, 3)."""
        del samples  # Only what has a palette needs them.

    def add(self, pixels: Pixels) -> None:
        """Add a frame, an array of shape (height, width, 3)."""
        if self._before is None:
            self._begin()
            x, y, width, height = 0, 0, *self._size
        else:
            x, y, width, height = self._changed(pixels)
        self._put(pixels, (x, y, width, height))
        self._before = pixels
        self._count += 1

    @abstractmethod
    def finish(self) -> None:
        """Write what comes last."""

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _put(self, pixels: Pixels, box: tuple[int, int, int, int]) -> None:
        """Write the frame's part in `box` (x, y, width, height)."""

    def _changed(self, pixels: Pixels) -> tuple[int, int, int, int]:
        """The smallest rectangle outside of which the frame is the one before; one pixel where it is that."""
        differs = (pixels != self._before).any(axis=2)
        rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
        if not len(rows):
            return 0, 0, 1, 1
        # WebP counts places in twos.
        x, y = int(columns[0]) & ~1, int(rows[0]) & ~1
        return x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y

    def _ticks(self, per_second: int) -> int:
        """How long this frame is shown, so that all together take as long as they should."""
        n = self._count
        return round(per_second * (n + 1) / self._fps) - round(per_second * n / self._fps)


class Gif(Film):
    """256 colours for all frames: one palette, no dithering, so that nothing flickers that stands still.

    Source: CompuServe, Graphics Interchange Format, version 89a; the loop is Netscape's extension of it.
    """

    # Within the rectangle, too, it is only stored what differs.
    SHARES = (0.03, 0.2)

    def prepare(self, samples: Sequence[Pixels]) -> None:
        """Choose the colours."""
        self._colours = palette(samples)
        self._palette = Image.new("P", (1, 1))
        self._palette.putpalette(np.vstack([self._colours, self._colours[:1]]).tobytes())
        self._indices: Pixels | None = None

    def _begin(self) -> None:
        width, height = self._size
        colours = np.zeros((256, 3), np.uint8)
        colours[:COLOURS] = self._colours
        self._out.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + colours.tobytes())
        self._out.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")

    def _put(self, pixels: Pixels, box: tuple[int, int, int, int]) -> None:
        x, y, width, height = box
        part = np.ascontiguousarray(pixels[y : y + height, x : x + width])
        indices = np.asarray(Image.fromarray(part).quantize(palette=self._palette, dither=Image.Dither.NONE)).copy()
        # The palette's last place holds a copy of its first colour.
        indices[indices == SAME] = 0
        if self._indices is None:
            self._indices = indices
            shown = indices
        else:
            known = self._indices[y : y + height, x : x + width]
            shown = np.where(indices == known, np.uint8(SAME), indices)
            known[...] = indices
        # Left standing (1), with a transparent colour.
        self._out.write(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 1 << 2 | 1, self._ticks(100), SAME, 0))
        self._out.write(struct.pack("<BHHHHB", 0x2C, x, y, width, height, 0) + _lzw(shown))

    def finish(self) -> None:
        self._out.write(b"\x3b")


class Apng(Film):
    """Every pixel as it is.

    Source: W3C, Portable Network Graphics, third edition, section 11.3.6 (acTL, fcTL, fdAT).
    """

    def _begin(self) -> None:
        width, height = self._size
        self._sequence = 0
        self._out.write(b"\x89PNG\r\n\x1a\n")
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        self._chunk(b"acTL", struct.pack(">II", self._frames, 0))

    def _put(self, pixels: Pixels, box: tuple[int, int, int, int]) -> None:
        x, y, width, height = box
        held = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels[y : y + height, x : x + width])).save(held, "PNG")
        data = b"".join(body for kind, body in _png_chunks(held.getvalue()) if kind == b"IDAT")
        # Left standing (0), in place of what was there (0).
        self._chunk(b"fcTL", struct.pack(">IIIIIHHBB", self._next(), width, height, x, y, 1, self._fps, 0, 0))
        if self._before is None:
            self._chunk(b"IDAT", data)
        else:
            self._chunk(b"fdAT", struct.pack(">I", self._next()) + data)

    def finish(self) -> None:
        self._chunk(b"IEND", b"")

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _chunk(self, kind: bytes, body: bytes) -> None:
        self._out.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))


class Webp(Film):
    """Every pixel as it is, and mostly the smallest of the three.

    Source: RFC 9649, sections 2.5 to 2.7.
    """

    LARGEST = 16_383

    def __init__(self, out: BinaryIO, size: tuple[int, int], frames: int, fps: int) -> None:
        super().__init__(out, size, frames, fps)
        if not features.check("webp"):
            raise BadValue("format", "this build of Pillow can't write WebP; choose GIF or APNG")

    def _begin(self) -> None:
        width, height = self._size
        self._out.write(b"RIFF\0\0\0\0WEBP")
        self._chunk(b"VP8X", struct.pack("<I", 0x02) + _three(width - 1) + _three(height - 1))
        self._chunk(b"ANIM", struct.pack("<IH", 0, 0))

    def _put(self, pixels: Pixels, box: tuple[int, int, int, int]) -> None:
        x, y, width, height = box
        held = io.BytesIO()
        part = Image.fromarray(np.ascontiguousarray(pixels[y : y + height, x : x + width]))
        part.save(held, "WEBP", lossless=True, quality=40, method=2)
        picture = b"".join(
            _riff(kind, body) for kind, body in _riff_chunks(held.getvalue()) if kind in (b"VP8L", b"VP8 ")
        )
        places = b"".join(_three(n) for n in (x // 2, y // 2, width - 1, height - 1, self._ticks(1000)))
        # Not blended (2), left standing (0).
        self._chunk(b"ANMF", places + b"\x02" + picture)

    def finish(self) -> None:
        size = self._out.tell() - 8
        self._out.seek(4)
        self._out.write(struct.pack("<I", size))
        self._out.seek(0, io.SEEK_END)

    def _chunk(self, kind: bytes, body: bytes) -> None:
        self._out.write(_riff(kind, body))


#: Suffix of a file -> how it is written. A PNG that moves is an APNG.
FORMATS: dict[str, type[Film]] = {".gif": Gif, ".png": Apng, ".apng": Apng, ".webp": Webp}


def format_of(name: str) -> type[Film]:
    """What a file's suffix asks for; `BadValue` names those that there are."""
    suffix = f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
    if suffix not in FORMATS:
        raise BadValue("file", f"{suffix or name!r} is no moving picture: use .gif, .png or .apng, or .webp")
    return FORMATS[suffix]


def palette(samples: Sequence[Pixels]) -> Pixels:
    """255 colours for all frames, shape (255, 3), chosen from some of them.

    Large flat areas keep their colour exactly. For the others a colour counts by the root of its area, or a wide
    background would take the trails' and marks' colours away. Cost: a sort of the samples' pixels.
    """
    every = max(1, math.ceil(math.sqrt(sum(s.size // 3 for s in samples) / ENOUGH)))
    flat = np.concatenate([s[::every, ::every].reshape(-1, 3) for s in samples]).astype(np.uint32)
    packed, counts = np.unique(flat[:, 0] << 16 | flat[:, 1] << 8 | flat[:, 2], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    if len(packed) <= COLOURS:
        chosen = packed[order]
    else:
        exact = order[: COLOURS // 2][counts[order[: COLOURS // 2]] >= FLAT_SHARE * len(flat)]
        rest = np.setdiff1d(np.arange(len(packed)), exact)
        weights = np.maximum(1, np.sqrt(counts[rest])).astype(np.intp)
        line = np.repeat(_unpacked(packed[rest]), weights, axis=0)[None]
        cut = Image.fromarray(line).quantize(COLOURS - len(exact), Image.Quantize.MEDIANCUT, kmeans=1)
        colours = np.array(cut.getpalette(), np.uint8).reshape(-1, 3)[: COLOURS - len(exact)]
        found = np.vstack([_unpacked(packed[exact]), colours])
        return np.vstack([found, np.repeat(found[:1], COLOURS - len(found), axis=0)])
    found = _unpacked(chosen)
    return np.vstack([found, np.repeat(found[:1], COLOURS - len(found), axis=0)])


def _unpacked(packed: NDArray[np.uint32]) -> Pixels:
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=-1).astype(np.uint8)


def _lzw(indices: Pixels) -> bytes:
    """A GIF's image data: Pillow's, out of a GIF of this one picture."""
    height, width = indices.shape
    picture = Image.frombytes("P", (width, height), np.ascontiguousarray(indices).tobytes())
    picture.putpalette(bytes(range(256)) * 3)
    held = io.BytesIO()
    picture.save(held, "GIF", optimize=False, interlace=0)
    data = held.getvalue()
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:  # extensions: a label, then blocks up to an empty one
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    local = data[at + 9]
    return data[at + 10 + (3 << (local & 7) + 1 if local & 0x80 else 0) : -1]


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 12
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        found.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def _riff(kind: bytes, body: bytes) -> bytes:
    """A chunk, padded to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]
